"""The journal: filtered, read backwards piece by piece, one line whole, the chain verified."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

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
from state.inputs import Choice, Reading, as_form, as_text, flag_in, moment_in, text_in
from state.kit.addressed import AddressedState, Asks
from state.session import SignedInState

PIECE = 50
MOST = 500
"""Lines that a page holds at most; who needs more narrows, or exports."""
_TEXTS = {"login": 80, "group": 20, "unit": 60, "number": 40, "origin": 60}
_MOMENT = "%Y-%m-%dT%H:%M"


class JournalState(AddressedState, SignedInState):
    """One browser's page of the journal."""

    # an origin tells where somebody works: it stays out of the address
    ASKS: ClassVar[Asks] = Asks(
        open=("group", "unit", "number", "since", "until", "own"), text=("login",), personal=("origin",)
    )
    loading: bool = True
    rows: list[LineShown] = []
    pieces: int = 1
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
        """Open the journal as the address narrows it; links of other pages give whole days as `from` and `to`."""
        self.loading, self.rows, self.verifying = True, [], False
        self._open_address()
        asked = self.router.url.query_parameters
        self._put(_days_of(asked))
        self.filters = _tidied(self.filters)
        self.pieces = next((n for n in range(1, MOST // PIECE + 1) if str(n) == asked.get("pieces")), 1)
        self._shut()
        async with self._opening() as (session, actor):
            self.may_export = actor.may(Permission.JOURNAL_EXPORT)
            self.chain = chain_shown(await queries.chain(session, actor))
            names = await orgs.unit_names_by_code(session)
            self.units = [Choice(code, name) for code, name in sorted(names.items(), key=lambda pair: pair[1])]
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event
    async def search(self, form: dict):
        """Narrow the journal to what the form says."""
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
        self.filters = {}
        self._put(kept)
        await self._again()

    @rx.event
    async def more(self):
        """Read the lines before the last one shown."""
        async with self._acting() as (session, actor):
            if self.next_seq and len(self.rows) < MOST:
                self.pieces += 1
                await self._read_piece(session, actor, self.next_seq)
        self._write_address()

    @rx.event
    async def open_line(self, seq: int):
        """Show one line whole, with its seal checked."""
        async with self._acting() as (session, actor):
            self.raw = raw_shown(await queries.raw(session, actor, seq if isinstance(seq, int) else 0))
            self.reading = True

    @rx.event
    async def close(self):
        """Close the line."""
        async with self._acting():
            self._shut()

    @rx.event(background=True)
    async def verify(self):
        """Walk the whole chain, which takes long for a long journal, and show what it found."""
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

    async def _again(self, cursor: str = "") -> None:
        self.faults, self.pieces = {}, 1
        await super()._again(cursor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        self.rows, wanted = [], max(self.pieces, 1)
        await self._read_piece(session, actor, 0, PIECE * wanted)
        self.filtered, self.asked = bool(self.filters), _asked(self.filters)

    async def _read_piece(self, session: AsyncSession, actor: Actor, before: int, size: int = PIECE) -> None:
        page = await queries.search(session, actor, _wanted(self.filters), before_seq=before, size=size)
        self.rows = [*self.rows, *(line_shown(line) for line in page.items)]
        self.full = bool(page.next_seq) and len(self.rows) >= MOST
        self.next_seq = 0 if self.full else page.next_seq

    def _write_address(self) -> None:
        super()._write_address()
        if self.pieces > 1:
            self.address += ("&" if "?" in self.address else "?") + f"pieces={self.pieces}"

    def _shut(self) -> None:
        self.reading, self.raw, self.faults = False, RawShown(), {}


def group_choices() -> list[tuple[str, str]]:
    """Give the groups of lines for a select."""
    return [(group.value, group.label) for group in Group]


def _days_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Read a period that a link gives in whole days; what is wrong in it is left out."""
    found: dict[str, str] = {}
    with suppress(Invalid):
        found["since"] = _midnight(bounds.day(as_text(asked.get("from", "")), label="开始时间", field="from"))
    with suppress(Invalid):
        last = bounds.day(as_text(asked.get("to", "")), label="结束时间", field="to")
        found["until"] = _midnight(last + timedelta(days=1))
    return found


def _tidied(filters: dict[str, str]) -> dict[str, str]:
    """Leave out what is no choice."""
    wrong = {"group": filters.get("group") not in set(Group), "own": filters.get("own") != "1"}
    return {name: text for name, text in filters.items() if not wrong.get(name)}


def _midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day).strftime(_MOMENT)  # noqa: DTZ001 - as a browser writes a local moment


def _wanted(filters: Mapping[str, str]) -> JournalFilter:
    reading = Reading(filters)
    since, until = reading(moment_in, "since", label="开始时间"), reading(moment_in, "until", label="结束时间")
    if since and until and until <= since:
        reading.refuse("until", "结束时间应晚于开始时间")
    group = filters.get("group", "")
    if group and group not in set(Group):
        reading.refuse("group", "请从列表中选择")
    if reading.faults:
        raise Invalid.of(reading.faults)
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
    # The same conditions as the body of an export.
    wanted = _wanted(filters)
    given = {
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "own": wanted.own and bool(wanted.login),
        **{name: filters.get(name, "") for name in _TEXTS},
    }
    return {name: value for name, value in given.items() if value}
