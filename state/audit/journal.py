"""The journal: searched page by page, one line whole, the chain verified."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import JournalFilter, JournalLine
from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.asking import read
from domain.kernel.bounds import Bounds
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from state.audit.shapes import TONES, ChainShown, RawShown, chain_shown, person, raw_shown
from state.clock import now
from state.inputs import Choice, as_form, as_text, flag_in
from state.kit.listing import Col, Listing, ListState
from state.session import SignedInState

_SECONDS = "%Y-%m-%d %H:%M:%S"


async def _units(session: AsyncSession, _actor: Actor) -> dict[str, list[Choice]]:
    names = await orgs.unit_names_by_code(session)
    return {"units": [Choice(code, name) for code, name in sorted(names.items(), key=lambda pair: pair[1])]}


JOURNAL: Listing[JournalLine] = Listing(
    "journal",
    "审计日志",
    queries.search,
    (
        Col("seq", "序号", lambda one: str(one.seq), opens="open_line", phone="head", chars=9),
        Col("at", "时间", lambda one: stamp(one.at, _SECONDS), sort=True),
        Col("who", "人员", lambda one: f"{one.name} {one.login}".strip(), link=lambda one: person(one.login)),
        Col("unit", "单位", lambda one: one.unit),
        Col("group", "类别", lambda one: one.group.label, tone=lambda one: TONES[one.group], phone="tag"),
        Col("words", "操作", lambda one: one.words, phone="title"),
        Col("subject", "对象", lambda one: one.subject),
        Col("said", "内容", lambda one: one.said, look="wide", chars=44),
        Col("origin", "来源", lambda one: one.origin),
    ),
    key=lambda one: str(one.seq),
    rights=(Permission.JOURNAL_AUDIT,),
    export=Permission.JOURNAL_EXPORT,
    wanted=JournalFilter,
    title=lambda one: f"第 {one.seq} 条",
    tone=lambda one: "red" if one.refused else "",
    choices=_units,
    none_yet=("还没有记录", "登录、办理、查看明文、导出和管理操作都会记在这里"),
    none_left="没有符合条件的记录",
)


def _number(key: object) -> int:
    try:
        return bounds.whole(as_text(key), label="序号", within=Bounds(1, 2**62), field="seq")
    except Invalid:
        raise NotFound("没有这条记录") from None


class JournalState(ListState, SignedInState):
    """One browser's page of the journal."""

    LISTING: ClassVar = JOURNAL
    chain: ChainShown = ChainShown()
    verifying: bool = False
    may_export: bool = False
    asked: dict[str, str] = {}
    """The conditions as the body of an export."""
    reading: bool = False
    raw: RawShown = RawShown()
    faults: dict[str, str] = {}

    @rx.event
    async def search(self, form: dict):
        """Narrow the journal to what the form says."""
        given, before = as_form(form), (self.filters, self._cursor)
        typed = {name: as_text(value) for name, value in given.items()}
        self.filters = {}
        self._put(typed | {"own": "1" if flag_in(given, "own") else ""})
        try:
            await self._again()
        except Invalid as refusal:
            (self.filters, self._cursor), self.faults = before, refusal.fields

    @rx.event
    async def open_line(self, seq: str):
        """Show one line whole, with its seal checked."""
        async with self._acting() as (session, actor):
            found = await queries.raw(session, actor, _number(seq))
            self.raw, self.reading = raw_shown(found, JOURNAL.row(found.line)), True

    @rx.event
    async def close(self):
        """Close the line."""
        async with self._acting():
            self.reading, self.raw = False, RawShown()

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

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        self.verifying, self.reading, self.raw = False, False, RawShown()
        self.may_export = actor.may(Permission.JOURNAL_EXPORT)
        self.chain = chain_shown(await queries.chain_state(session, actor))

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        wanted = read(JournalFilter, self.filters)
        ends = {"since": wanted.since, "until": wanted.until}
        self.asked = self.filters | {name: at.isoformat() for name, at in ends.items() if at}
        self.faults = {}
