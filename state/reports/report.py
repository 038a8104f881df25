"""One report: its figures, its texts typed in place, and what may be done with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.asking import Nothing
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ChangedMeanwhile, Invalid, NotFound
from domain.reports import operations, queries, rules
from domain.reports.schemas import Block, ReportView, State, Withdrawal, Written
from domain.statistics.queries import county
from state.clock import now
from state.inputs import as_form, as_text
from state.kit.dialogs import Dialog, DialogState, id_of
from state.reports import making
from state.reports.listing import TONES
from state.reports.shown import Section, sections
from state.session import SignedInState

TITLE = "社会治理工作"
_NO_BLOCK = "没有这一段文字，请刷新后重试"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a block: the one that stands there, or one of before; `id` is empty where nothing was saved."""

    block: str = ""
    label: str = ""
    text: str = ""
    id: str = ""
    saved: str = ""


async def _publish(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> int:
    return await operations.publish(session, actor, key, at=at)


async def _withdraw(session: AsyncSession, actor: Actor, key: str, given: Withdrawal, at: datetime) -> None:
    await operations.withdraw(session, actor, key, given.reason, at=at)


async def _count(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> None:
    await making.count_anew(session, actor, key, at=at)


_WRITE = Permission.REPORT_WRITE


class ReportState(DialogState, SignedInState):
    """One browser's report; what is typed into a block stays in the browser until it is saved."""

    DIALOGS: ClassVar = {
        "publish": Dialog(
            "发布报告", _publish, lambda told: f"已发布，通知 {told} 人", _WRITE, word="发布",
            says="发布后领导和各部门领导都能查看，并收到一条通知；再要修改须先撤回发布。",
        ),
        "withdraw": Dialog(
            "撤回发布", _withdraw, "已撤回发布，可以修改", _WRITE, Withdrawal, "撤回发布", "danger",
            says="撤回后其他人不能再查看，直到重新发布；原因记入审计日志。",
        ),
        "count": Dialog(
            "重新计算", _count, "已重新计算", _WRITE, word="重新计算",
            says="数字、图表和要点按现在的案件重新计算，替换原来的；已写的文字不变。",
        ),
    }  # fmt: skip
    name: str = ""
    title: str = ""
    word: str = ""
    made: str = ""
    status: str = ""
    tone: str = ""
    published: bool = False
    may_write: bool = False
    may_export: bool = False
    findings: list[str] = []
    sections: list[Section] = []
    texts: list[Text] = []
    editing: str = ""
    typed: str = ""
    theirs: Text = Text()
    fault: str = ""
    past: list[Text] = []
    history: str = ""
    loaded: bool = False
    _seen: str = ""

    @rx.event
    async def load(self):
        """Open the report that the address names."""
        self.name, self.loaded = "", False
        self._shut()
        self._leave()
        self.history, self.past = "", []
        async with self._opening() as (session, actor):
            name = str(self.router.url.path).strip("/").split("/")[-1]
            with suppress(NotFound):
                await self._show(session, actor, name)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        self._leave()
        await self._show(session, actor, self.name)

    async def _show(self, session: AsyncSession, actor: Actor, name: str) -> None:
        view = await queries.view(session, actor, name)
        row = view.row
        self.may_write, self.may_export = actor.may(_WRITE), actor.may(Permission.CASE_EXPORT)
        self.name, self.title = row.name, f"{TITLE}{row.kind.label}"
        self.word = f"{rules.word(row.kind, row.days)}（{row.days.word}）"
        self.made = made_said(view)
        self.status, self.tone = row.state.label, TONES[row.state]
        self.published = row.state is State.PUBLISHED
        self.findings = rules.findings(row.kind, view.figures)
        self.sections = sections(view, linked=county.sees_whole(actor))
        self.texts = [_text(block, view.texts.get(block)) for block in Block]

    @rx.event
    async def edit(self, block: str):
        """Open a block to be written, with what was typed there before and not saved."""
        one = _block(block)
        async with self._acting() as (session, actor):
            report = await operations.draft(session, actor, self.name)
            self._leave()
            written = (await queries.texts(session, report)).get(one)
            kept = await drafts.load(session, actor, self._form(one))
            self.editing = one.value
            self.typed = str(kept.get("text", written.text if written else ""))
            self._seen = str(kept.get("seen", written.id if written else ""))
            self.round += 1

    @rx.event
    async def note(self, text: str):
        """Keep what is typed, so that a reload loses nothing."""
        async with self._acting() as (session, actor):
            actor.require(_WRITE)
            if self.editing:
                kept = {"text": as_text(text), "seen": self._seen}
                await drafts.keep(session, actor, self._form(_block(self.editing)), kept, at=now())

    @rx.event
    async def leave(self):
        """Give up what was typed."""
        async with self._acting() as (session, actor):
            if self.editing:
                await drafts.drop(session, actor, self._form(_block(self.editing)))
            self._leave()

    @rx.event
    async def save(self, form: dict):
        """Save the open block; where somebody saved another text meanwhile, that is shown first and nothing is lost."""
        text = as_text(as_form(form).get("text"))
        try:
            async with self._acting() as (session, actor):
                await self._save(session, actor, _block(self.editing), text, self._seen)
        except Invalid as refusal:
            self.fault = next(iter(refusal.fields.values()), refusal.message)
            return None
        except ChangedMeanwhile:
            async with self._acting() as (session, actor):
                report = await operations.draft(session, actor, self.name)
                one = _block(self.editing)
                self.theirs = _text(one, (await queries.texts(session, report)).get(one))
                self._seen = self.theirs.id
            return None
        return rx.toast.success("已保存")

    @rx.event
    async def look_back(self, block: str):
        """Open the texts of a block that were saved before."""
        one = _block(block)
        async with self._acting() as (session, actor):
            self.past = [_text(one, each) for each in await queries.history(session, actor, self.name, one)]
            self.history = one.label

    @rx.event
    async def close_history(self):
        async with self._acting():
            self.history, self.past = "", []

    @rx.event
    async def take_back(self, text_id: str):
        """Save a text of before as the newest one."""
        async with self._acting() as (session, actor):
            old = next((one for one in self.past if one.id == str(id_of(as_text(text_id)))), None)
            if old is None:
                raise NotFound(_NO_BLOCK)
            await self._save(session, actor, Block(old.block), old.text, self.past[0].id)
            self.history, self.past = "", []
        return rx.toast.success("已恢复这一稿")

    async def _save(self, session: AsyncSession, actor: Actor, block: Block, text: str, seen: str) -> None:
        before = UUID(seen) if seen else None
        await operations.save(session, actor, self.name, block, text, seen=before, at=now())
        await drafts.drop(session, actor, self._form(block))
        await self._read(session, actor)

    def _leave(self) -> None:
        self.editing, self.typed, self._seen, self.theirs, self.fault = "", "", "", Text(), ""

    def _form(self, block: Block) -> str:
        return f"report:{self.name}:{block.value}"


def made_said(view: ReportView) -> str:
    """Say who made a report and when, and who published it."""
    row = view.row
    said = f"{row.made_by or '系统'} {stamp(row.made_at)} 生成"
    return said + (f"，{row.published_by} {stamp(row.published_at)} 发布" if row.published_at else "")


def _text(block: Block, one: Written | None) -> Text:
    empty = Text(block.value, block.label)
    return replace(
        empty, text=one.text, id=str(one.id), saved=f"{one.saved_by} {stamp(one.saved_at)}"
    ) if one else empty  # fmt: skip


def _block(name: Any) -> Block:
    try:
        return Block(as_text(name))
    except ValueError:
        raise NotFound(_NO_BLOCK) from None
