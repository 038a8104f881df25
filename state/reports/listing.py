"""The list of reports, and the dialog that makes one by hand."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.reports import operations, queries, rules
from domain.reports.schemas import NewReport, ReportFilter, ReportRow, State
from state.kit.dialogs import Dialog, DialogState
from state.kit.listing import Col, Listing, ListState
from state.reports import making
from state.session import SignedInState

PATH = "/reports"
TONES = {State.DRAFT: "orange", State.PUBLISHED: "green"}


def _there(one: ReportRow) -> str:
    return f"{PATH}/{one.name}"


async def _make(session: AsyncSession, actor: Actor, _key: str, given: NewReport, at: datetime) -> str:
    return await making.make(session, actor, given.kind, given.day, at=at)


REPORTS: Listing[ReportRow] = Listing(
    "reports",
    "统计报告",
    queries.listed,
    (
        Col("word", "期间", lambda one: rules.word(one.kind, one.days), link=_there, phone="title"),
        Col("kind", "类别", lambda one: one.kind.label, phone="head"),
        Col("days", "起止", lambda one: one.days.word, by=lambda one: one.days.first, sort=True, chars=26),
        Col("state", "状态", lambda one: one.state.label, tone=lambda one: TONES[one.state], phone="tag"),
        Col("made", "生成", lambda one: stamp(one.made_at), by=lambda one: one.made_at, sort=True, chars=18),
        Col("made_by", "生成人", lambda one: one.made_by or "系统"),
        Col("published", "发布", lambda one: stamp(one.published_at), chars=18),
        Col("published_by", "发布人", lambda one: one.published_by),
    ),
    key=lambda one: one.name,
    rights=(Permission.STATISTICS_VIEW,),
    wanted=ReportFilter,
    whole=True,
    title=lambda one: f"{rules.word(one.kind, one.days)}{one.kind.label}",
    href=_there,
    live=(operations.CHANGED,),
    says="每期结束后的第一个工作日早上自动生成草稿，综治中心补充文字后发布；也可以按期间手工生成。",
    unit="份",
    none_yet=("还没有可以查看的报告", "综治中心发布后会列在这里"),
    icon="chart",
)


class ReportsState(ListState, DialogState, SignedInState):
    """One browser's list of reports."""

    LISTING: ClassVar = REPORTS
    DIALOGS: ClassVar = {
        "new": Dialog(
            "生成报告", _make, "", Permission.REPORT_WRITE, NewReport, "生成",
            says="数字按现在的案件计算，需要几秒钟。", goes=lambda name: f"{PATH}/{name}",
        )
    }  # fmt: skip
    may_write: bool = False

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        await super()._prepare(session, actor)
        self.may_write = actor.may(Permission.REPORT_WRITE)
