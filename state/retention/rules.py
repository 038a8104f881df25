"""How long what is kept: the rules with their preview, the holds, what was ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ChangedMeanwhile, Invalid, NotFound
from domain.retention import operations, queries, rules
from domain.retention.models import Ending, Kind
from domain.retention.rules import MAX_NOTE
from domain.retention.schemas import HoldView, Preview, RuleView, RunView
from state.clock import now
from state.inputs import as_text
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, by_query
from state.kit.tables import TablesState
from state.session import SignedInState

DAY, RIGHT = "%Y-%m-%d", Permission.RETENTION_MANAGE
_FOR_EVER = "匿名化不能撤销：姓名、证件号码、电话、住址将永久清空，恢复备份后也会再次清空。"


@dataclass(frozen=True, slots=True)
class RuleInput:
    """A rule from now on; `seen` is the period of the preview, and how much it would end."""

    days: Annotated[int, Ask("保存天数", hint="改动后自动预览；365 天为一年", wide=True)]
    note: Annotated[str, Ask("依据", example="文件、规定或决定", most=MAX_NOTE, wide=True)]
    active: Annotated[bool, Ask("启用：到期后由后台处理")] = False
    seen: str = ""

    @property
    def count_seen(self) -> int | None:
        days, _, count = self.seen.partition(" ")
        return int(count) if days == str(self.days) else None


@dataclass(frozen=True, slots=True)
class NewHold:
    number: Annotated[str, Ask("案件编号", example="完整编号", wide=True)]
    reason: Annotated[str, Ask("保留原因", example="例如：行政诉讼审理中", most=MAX_NOTE, wide=True)]


@dataclass(frozen=True, slots=True)
class EndOfHold:
    reason: Annotated[str, Ask("解除原因", example="例如：诉讼终结", most=MAX_NOTE, wide=True)]


async def _set(session: AsyncSession, actor: Actor, key: str, given: RuleInput, at: datetime) -> None:
    more = {"days": given.days, "active": given.active, "note": given.note}
    try:
        await operations.set_rule(session, actor, _kind(key), **more, seen=given.count_seen, at=at)
    except ChangedMeanwhile as refusal:
        raise Invalid.of({"days": refusal.message}) from refusal


async def _hold(session: AsyncSession, actor: Actor, _key: str, given: NewHold, at: datetime) -> None:
    try:
        await operations.hold(session, actor, number=given.number, reason=given.reason, at=at)
    except NotFound as refusal:
        raise Invalid.of({"number": refusal.message}) from refusal


async def _end(session: AsyncSession, actor: Actor, key: str, given: EndOfHold, at: datetime) -> None:
    await operations.end_hold(session, actor, hold_id=id_of(key), reason=given.reason, at=at)


async def _of_rule(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.in_force(session, _kind(key))
    opened = Asked(
        about=f"{one.kind.label}，到期后{one.action.label}",
        typed={"days": str(one.days), "active": "on" if one.active else ""},
        warns=[_FOR_EVER] if one.kind in rules.PERSONAL else [],
    )
    return _with(opened, await queries.preview(session, actor, one.kind, days=one.days, at=now()))


async def _of_hold(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.hold_in_force(session, actor, id_of(key))
    return Asked(says=[f"解除后，{one.number} 按案件期限处理。"])


def _with(asked: Asked, one: Preview) -> Asked:
    """Show a preview in the dialog, and keep what it showed for the act."""
    said = ["现在没有到期的数据"]
    if one.oldest and one.newest:
        said = [f"现有 {one.count} 项到期，时间从 {stamp(one.oldest, DAY)} 至 {stamp(one.newest, DAY)}"]
        said += ["最早的几项（只列编号）："] + [f"{mark}（{stamp(moment, DAY)}）" for mark, moment in one.samples]
    return replace(asked, found=said, known={"seen": f"{one.days} {one.count}"})


def _kind(key: str) -> Kind:
    try:
        return Kind(key)
    except ValueError:
        raise NotFound("没有这类数据") from None


def _fixed(one: RuleView) -> bool:
    return one.kind in rules.FIXED


def _period(one: RuleView) -> str:
    return "随时清除" if _fixed(one) and one.action is Ending.DELETE else rules.in_words(one.days)


def _state(one: RuleView) -> tuple[str, str]:
    return ("固定", "gray") if _fixed(one) else ("已启用", "green") if one.active else ("未启用", "orange")


def _count(one: RunView) -> str:
    return f"{one.count} 件，{one.persons} 人" if one.persons and one.persons != one.count else f"{one.count} 项"


RULE: tuple[Col[RuleView], ...] = (
    Col("kind", "数据", lambda one: one.kind.label, look="bold", sort=True, phone="title"),
    Col("days", "保存", _period, by=lambda one: one.days, sort=True),
)
NOTE: Col[RuleView] = Col("note", "依据", lambda one: one.note, look="wide", chars=40)
RULES: Listing[RuleView] = Listing(
    "retention-rules",
    "现行期限",
    by_query(queries.rules_of),
    (
        *RULE,
        Col("action", "到期后", lambda one: one.action.label, sort=True),
        Col("state", "状态", lambda one: _state(one)[0], tone=lambda one: _state(one)[1], sort=True, phone="tag"),
        NOTE,
        Col("by", "设置", lambda one: f"{one.set_by_name or '默认'} {stamp(one.set_at, DAY)}".strip()),
    ),
    key=lambda one: one.kind.value,
    rights=(RIGHT,),
    whole=True,
    title=lambda one: one.kind.label,
    acts=lambda one: [] if _fixed(one) else [Act("预览 / 修改", "set")],
    says="个人信息类期限须先预览、再启用。在办、申诉中和法定保留的案件不会到期；标题、诉求内容、意见等文字不作改动；"
    "审计日志不删除。",
    unit="类",
    icon="clock",
)
HOLDS: Listing[HoldView] = Listing(
    "retention-holds",
    "法定保留",
    by_query(queries.holds),
    (
        Col("number", "编号", lambda one: one.number, look="code", sort=True, phone="head"),
        Col("reason", "原因", lambda one: one.reason, look="wide", phone="title", chars=40),
        Col("by", "设置", lambda one: f"{one.set_by_name} {stamp(one.set_at, DAY)}", by=lambda o: o.set_at, sort=True),
        Col("until", "解除", lambda one: f"{stamp(one.ended_at, DAY)} {one.ended_by_name}".strip(), sort=True),
    ),
    key=lambda one: str(one.id),
    rights=(RIGHT,),
    whole=True,
    title=lambda one: one.number,
    acts=lambda one: [] if one.ended_at else [Act("解除", "end")],
    unit="件",
    none_yet=("没有法定保留的案件", "诉讼、复议、调查期间，可让一件不受期限影响"),
    icon="lock",
)
RUNS: Listing[RunView] = Listing(
    "retention-runs",
    "执行记录",
    by_query(queries.runs),
    (
        Col("at", "时间", lambda one: stamp(one.at), sort=True, phone="head"),
        Col("kind", "数据", lambda one: one.kind, look="bold", sort=True, phone="title"),
        Col("action", "处理", lambda one: one.action),
        Col("count", "数量", _count, by=lambda one: one.count, sort=True),
    ),
    key=lambda one: str(one.seq),
    rights=(RIGHT,),
    whole=True,
    none_yet=("还没有到期处理", "后台每小时检查一次，处理后记在这里和审计日志"),
)
PAST: Listing[RuleView] = Listing(
    "retention-past",
    "历史期限",
    by_query(queries.past_rules),
    (
        *RULE,
        Col("span", "起止", lambda one: f"{stamp(one.set_at, DAY)} 起，{stamp(one.ended_at, DAY)} 止", look="wide"),
        NOTE,
        Col("by", "设置", lambda one: one.set_by_name or "默认", sort=True),
    ),
    key=lambda one: str(one.id),
    rights=(RIGHT,),
    whole=True,
    none_yet=("还没有改过期限", "修改期限后，原来的期限会留在这里"),
)


class RetentionState(TablesState, DialogState, SignedInState):
    """One browser's page of retention."""

    TABLES: ClassVar = (RULES, HOLDS, RUNS, PAST)
    DIALOGS: ClassVar = {
        "set": Dialog(
            "保存期限", _set, "已设置", RIGHT, RuleInput, fill=_of_rule, tells={"days": "preview"}, below="days"
        ),
        "new": Dialog("设为法定保留", _hold, "已设为法定保留", RIGHT, NewHold, "设为保留"),
        "end": Dialog("解除法定保留", _end, "已解除法定保留", RIGHT, EndOfHold, "解除", fill=_of_hold),
    }

    @rx.event
    async def preview(self, days: str):
        """Show what another period would end now."""
        async with self._acting() as (session, actor):
            kind = _kind(self._about)
            self.asked = replace(self.asked, found=[], known={})
            self.faults = {name: said for name, said in self.faults.items() if name != "days"}
            try:
                number = bounds.whole(as_text(days), label="期限", within=rules.STANDARDS[kind].bounds, field="days")
            except Invalid as refusal:
                self.faults |= refusal.fields
                return
            self.asked = _with(self.asked, await queries.preview(session, actor, kind, days=number, at=now()))
