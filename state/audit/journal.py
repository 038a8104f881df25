"""The journal: filtered, read backwards piece by piece, one line whole, the chain verified."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import Group, JournalFilter
from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs
from state.audit.shapes import ChainShown, LineShown, RawShown, chain_shown, line_shown, raw_shown
from state.clock import now
from state.inputs import Choice, as_form, as_text, flag_in, moment_in, text_in
from state.session import SignedInState

PIECE = 50
MOST = 500
"""Lines that a page holds at most; who needs more narrows, or exports."""
_TEXTS = {"login": 80, "group": 20, "unit": 60, "number": 40, "origin": 60}
_MOMENT = "%Y-%m-%dT%H:%M"


class JournalState(SignedInState):
    """One browser's page of the journal."""

    loading: bool = True
    rows: list[LineShown] = []
    filters: dict[str, str] = {}
    filtered: bool = False
    cleared: int = 0
    next_seq: int = 0
    full: bool = False
    units: list[Choice] = []
    chain: ChainShown = ChainShown()
    verifying: bool = False
    may_export: bool = False
    asked: dict[str, Any] = {}
    reading: bool = False
    raw: RawShown = RawShown()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """This function will open the journal as the address narrows it: `login`, `own`, `group`, `unit`, `number`, `from`, `to`."""
        self.loading, self.rows, self.here, self.verifying = True, [], "/journal", False
        self.filters, self.cleared = _of_address(self.router.url.query_parameters), self.cleared + 1
        self._shut()
        async with self._opening() as (session, actor):
            self.may_export = actor.may(Permission.JOURNAL_EXPORT)
            self.chain = chain_shown(await queries.chain(session, actor))
            names = await orgs.unit_names_by_code(session)
            self.units = [Choice(code, name) for code, name in sorted(names.items(), key=lambda pair: pair[1])]
            await self._read(session, actor)
        self.loading = False

    @rx.event
    async def search(self, form: dict):
        """This function will narrow the journal to what the form says."""
        given = as_form(form)
        typed = {name: text_in(given, name, most=most).strip() for name, most in _TEXTS.items()}
        typed |= {name: text_in(given, name, most=30).strip() for name in ("since", "until")}
        typed["own"] = "1" if flag_in(given, "own") else ""
        kept = {name: text for name, text in typed.items() if text}
        try:
            _wanted(kept)
        except Invalid as refusal:
            async with self._acting():
                self.faults = refusal.fields
            return
        self.filters = kept
        await self._again()

    @rx.event
    async def widen(self):
        """This function will drop all filters."""
        self.filters, self.cleared = {}, self.cleared + 1
        await self._again()

    @rx.event
    async def more(self):
        """This function will read the lines before the last one shown."""
        async with self._acting() as (session, actor):
            if self.next_seq and len(self.rows) < MOST:
                await self._read(session, actor, before=self.next_seq)

    @rx.event
    async def open_line(self, seq: int):
        """This function will show one line whole, with its seal checked."""
        async with self._acting() as (session, actor):
            self.raw = raw_shown(await queries.raw(session, actor, seq if isinstance(seq, int) else 0))
            self.reading = True

    @rx.event
    async def close(self):
        """This function will close the line."""
        async with self._acting():
            self._shut()

    @rx.event(background=True)
    async def verify(self):
        """This function will walk the whole chain, which takes long for a long journal, and show what it found."""
        async with self:
            if self.verifying:
                return
            async with self._acting() as (_, actor):
                actor.require(Permission.JOURNAL_AUDIT)
            self.verifying = True
        try:
            async with self._acting() as (session, actor):
                found = await operations.verify(session, actor, at=now())
            async with self:
                self.chain = chain_shown(found)
        finally:
            async with self:
                self.verifying = False
        yield rx.toast.error(found.fault) if found.fault else rx.toast.success("核对完成，审计日志完整")

    async def _again(self) -> None:
        self.faults = {}
        async with self._acting() as (session, actor):
            await self._frame(session, actor)
            await self._read(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor, before: int = 0) -> None:
        page = await queries.search(session, actor, _wanted(self.filters), before_seq=before, size=PIECE)
        shown = [line_shown(line) for line in page.items]
        self.rows = [*self.rows, *shown] if before else shown
        self.full = bool(page.next_seq) and len(self.rows) >= MOST
        self.next_seq = 0 if self.full else page.next_seq
        self.filtered, self.asked = bool(self.filters), _asked(self.filters)

    def _shut(self) -> None:
        self.reading, self.raw, self.faults = False, RawShown(), {}


def group_choices() -> list[tuple[str, str]]:
    """This function will give the groups of lines for a select."""
    return [(group.value, group.label) for group in Group]


def _of_address(asked: Mapping[str, str]) -> dict[str, str]:
    """What a link of another page narrows by; what is wrong in it is left out."""
    found = {name: as_text(asked.get(name, ""))[:most].strip() for name, most in _TEXTS.items()}
    found["own"] = "1" if asked.get("own") == "1" else ""
    with suppress(Invalid):
        found["since"] = _midnight(bounds.day(as_text(asked.get("from", "")), label="开始时间", field="from"))
    with suppress(Invalid):
        last = bounds.day(as_text(asked.get("to", "")), label="结束时间", field="to")
        found["until"] = _midnight(last + timedelta(days=1))
    if found["group"] not in set(Group):
        found["group"] = ""
    return {name: text for name, text in found.items() if text}


def _midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day).strftime(_MOMENT)  # noqa: DTZ001 - as a browser writes a local moment


def _wanted(filters: Mapping[str, str]) -> JournalFilter:
    since, until = moment_in(filters, "since", label="开始时间"), moment_in(filters, "until", label="结束时间")
    if since and until and until <= since:
        raise Invalid.of({"until": "结束时间应晚于开始时间"})
    group = filters.get("group", "")
    if group and group not in set(Group):
        raise Invalid.of({"group": "请从列表中选择"})
    return JournalFilter(
        since=since,
        until=until,
        login=filters.get("login", ""),
        group=Group(group) if group else None,
        unit_code=filters.get("unit", ""),
        number=filters.get("number", ""),
        origin=filters.get("origin", ""),
        own=bool(filters.get("own")),
    )


def _asked(filters: Mapping[str, str]) -> dict[str, Any]:
    """The same conditions as the body of an export."""
    wanted = _wanted(filters)
    given = {
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "own": wanted.own and bool(wanted.login),
        **{name: filters.get(name, "") for name in _TEXTS},
    }
    return {name: value for name, value in given.items() if value}
