"""How long the stages of cases took (环节用时), and the cases behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, read
from domain.kernel.clock import stamp
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from domain.statistics.queries import links as queries
from domain.statistics.queries.county import Scope, name_of
from domain.statistics.rules import before, change, lasted, share
from domain.statistics.schemas import Among, Passed, Stage, StageFigures
from state.clock import now
from state.kit.listing import Col, Listing, ListState, Mark
from state.session import SignedInState
from state.statistics.wanted import GroupsWanted, choices

PATH, CASES = "/figures/links", "/figures/links/cases"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One stage in a period and in the one before, and where the cases behind its numbers are."""

    own: StageFigures
    before: StageFigures
    hrefs: dict[Among, str]

    @property
    def late(self) -> float:
        """Tell how many of a hundred missed the limit; below zero where nothing limits or nothing passed."""
        rate = share(self.own.counts[Among.OVER], self.own.counts[Among.ALL])
        return -1.0 if rate is None or self.own.stage.limit is None else rate


async def _rows(session: AsyncSession, actor: Actor, wanted: GroupsWanted, *, at: datetime) -> Sequence[LinkRow]:
    scope = wanted.scope(at)
    own = await queries.stages(session, actor, scope)
    earlier = await queries.stages(session, actor, Scope(before(scope.days), scope.cuts))
    return [LinkRow(one, then, _hrefs(one, wanted, at)) for one, then in zip(own, earlier, strict=True)]


def _hrefs(one: StageFigures, wanted: GroupsWanted, at: datetime) -> dict[Among, str]:
    counted = (among for among in Among if one.counts[among])
    return {among: wanted.address(CASES, at, stage=one.stage.value, among=among.value) for among in counted}


def _counted(among: Among, label: str) -> Col[LinkRow]:
    def count(one: LinkRow) -> int:
        return -1 if among is Among.OVER and one.own.stage.limit is None else one.own.counts[among]

    return Col(
        among.value, label, lambda one: "无时限" if count(one) < 0 else str(count(one)), by=count, sort=True,
        link=lambda one: one.hrefs.get(among, ""),
    )  # fmt: skip


def _compared(one: LinkRow) -> str:
    return change(round(one.own.median), round(one.before.median)) if one.own.median and one.before.median else ""


LINKS: Listing[LinkRow] = Listing(
    "link-figures",
    "环节用时",
    _rows,
    (
        Col("stage", "环节", lambda one: one.own.stage.label, look="bold", phone="title"),
        _counted(Among.ALL, "件数"),
        Col("median", "中位用时", lambda one: lasted(one.own.median), by=lambda one: one.own.median or 0.0, sort=True),
        Col("before", "环比", _compared),
        Col("ninety", "九成不超过", lambda one: lasted(one.own.ninety), by=lambda one: one.own.ninety or 0.0, sort=True),
        _counted(Among.SLOW, Among.SLOW.label),
        _counted(Among.OVER, Among.OVER.label),
        Col("late", "超期率", lambda one: f"{one.late:.0f}%" if one.late >= 0 else "", by=lambda one: one.late, sort=True),
        Col("says", "起止", lambda one: one.own.stage.says, look="wide", chars=60),
    ),
    key=lambda one: one.own.stage.value,
    rights=(Permission.STATISTICS_VIEW,),
    wanted=GroupsWanted,
    whole=True,
    says="环节在本期结束的计入本期，同一件多次经过同一环节的计最后一次，已并入其他件的不计。用时是自然时间，含夜间和节假日；"
    "是否超期按工作日时限认定，已撤销的超期不计。点数字看它计入的案件，用时长的在前。",
    tone=lambda one: "red" if one.own.counts[Among.OVER] else "",
    choices=choices,
    live=("case",),
    unit="个环节",
    none_yet=("还没有案件", "案件流转后，这里按环节统计用时"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PassedWanted(GroupsWanted):
    """Name a number of a stage."""

    stage: Annotated[Stage, Ask("环节", choices="stages", linked=True)] = Stage.DISPATCH
    among: Annotated[Among, Ask("范围", choices="amongs", linked=True)] = Among.ALL
    sort: str = ""


async def _passed(
    session: AsyncSession, actor: Actor, wanted: PassedWanted, *, at: datetime, cursor: str, size: int
) -> Page[Passed]:
    return await queries.cases_behind(
        session, actor, wanted.stage, wanted.among, wanted.scope(at), at=at, cursor=cursor, size=size, sort=wanted.sort
    )


def _over(one: Passed) -> str:
    return "超期" if one.over else ""


PASSED: Listing[Passed] = Listing(
    "link-cases",
    "环节用时的案件",
    _passed,
    (
        Col("number", "编号", lambda one: one.row.number, link=lambda one: f"/case/{one.row.number}", phone="head"),
        Col("title", "诉求标题", lambda one: one.row.title, phone="title", look="wide", chars=40),
        Col("took", "用时", lambda one: lasted(one.took), sort=True, phone="tag"),
        Col("over", "超期", _over, marks=lambda one: [Mark(_over(one), "red")] if one.over else []),
        Col("began", "起", lambda one: stamp(one.began_at), chars=18),
        Col("ended", "止", lambda one: stamp(one.ended_at), chars=18),
        Col("area", "属地", lambda one: one.row.area),
        Col("department", "主办单位", lambda one: one.row.department, chars=24),
        Col("status", "状态", lambda one: one.row.status_label, tone=lambda one: one.row.status_tone),
    ),
    key=lambda one: one.row.number,
    rights=(Permission.STATISTICS_VIEW,),
    export=Permission.CASE_EXPORT,
    wanted=PassedWanted,
    title=lambda one: one.row.title,
    href=lambda one: f"/case/{one.row.number}",
    tone=lambda one: "red" if one.over else "",
    choices=choices,
    live=("case",),
    unit="件",
    none_yet=("这个数字里没有案件", "数字和列表来自同一个口径：数字为 0，列表就是空的"),
)


class LinksState(ListState, SignedInState):
    """One browser's figures of stages."""

    LISTING: ClassVar = LINKS


class PassedState(ListState, SignedInState):
    """One browser's list of the cases behind a number of a stage."""

    LISTING: ClassVar = PASSED
    what: str = ""
    says: str = ""

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        wanted = read(PassedWanted, self.filters)
        scope = wanted.scope(now())
        groups = [await name_of(session, by, key) for by, key in scope.cuts.items()]
        among = [] if wanted.among is Among.ALL else [wanted.among.label]
        self.what = " · ".join((wanted.stage.label, *among, *groups, scope.days.word))
        self.says = wanted.stage.says
