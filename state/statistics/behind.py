"""The cases behind a figure: exactly those that its number counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.briefs import queries as briefs
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, read
from domain.kernel.clock import stamp
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from domain.orgs import queries as orgs
from domain.statistics.queries import county, departments, people
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days, Span, days_of
from domain.statistics.schemas import By, Figure, Load, Measure, PersonFigures
from state.clock import now
from state.kit.dialogs import id_of
from state.kit.listing import Col, Listing, ListState
from state.session import SignedInState

PATH = "/figures/cases"
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Behind:
    """Name a number: a figure of the county, or a measure of a department; the page has no control for it."""

    figure: Annotated[Figure, Ask("指标", choices="figures", linked=True)] = Figure.OPEN
    load: Annotated[Load | None, Ask("人员指标", choices="figures", linked=True)] = None
    person: Annotated[UUID | None, Ask("经办人", choices="figures", linked=True)] = None
    brief: Annotated[date | None, Ask("晨报日期", linked=True)] = None
    measure: Annotated[Measure | None, Ask("部门指标", choices="figures", linked=True)] = None
    unit: Annotated[str, Ask("承办单位", choices="figures", linked=True)] = ""
    since: Annotated[date | None, Ask("起", linked=True)] = None
    until: Annotated[date | None, Ask("止", linked=True)] = None
    area: Annotated[str, Ask(By.AREA.label, linked=True)] = ""
    category: Annotated[str, Ask(By.CATEGORY.label, linked=True)] = ""
    source: Annotated[str, Ask(By.SOURCE.label, linked=True)] = ""
    risk: Annotated[str, Ask(By.RISK.label, linked=True)] = ""
    department: Annotated[str, Ask(By.DEPARTMENT.label, linked=True)] = ""
    sort: str = ""

    def days(self, at: datetime) -> Days:
        """Give the period; what is left out of it is that of this month."""
        month = days_of(Span.THIS_MONTH, at)
        return Days(self.since or month.first, self.until or month.last)

    def scope(self, at: datetime) -> Scope:
        """Give the groups that are named."""
        return Scope(self.days(at), {by: key for by in By if (key := getattr(self, by.value))})


def of_figure(figure: Figure, days: Days, **cuts: str) -> str:
    """Give the address of the cases behind a figure of the county; a group without a name has no address."""
    if not all(cuts.values()):
        return ""
    period = {} if figure.standing else _period(days)
    return f"{PATH}?{urlencode({'figure': figure.value, **period, **cuts})}"


def of_measure(unit: str, measure: Measure, days: Days) -> str:
    """Give the address of the cases behind a measure of a department."""
    return f"{PATH}?{urlencode({'measure': measure.value, 'unit': unit, **_period(days)})}"


def of_load(who: PersonFigures, load: Load, days: Days) -> str:
    """Give the address of the cases behind a figure of a person; of none, there is none."""
    if not who.counts[load]:
        return ""
    period = {} if load.standing else _period(days)
    asked = {"load": load.value, "person": who.account_id, "department": who.unit_id}
    return f"{PATH}?{urlencode({**asked, **period})}"


def _period(days: Days) -> dict[str, str]:
    return {"since": days.first.isoformat(), "until": days.last.isoformat()}


async def _rows(
    session: AsyncSession, actor: Actor, wanted: Behind, *, at: datetime, cursor: str, size: int
) -> Page[CaseRow]:
    more: Any = {"at": at, "cursor": cursor, "size": size, "sort": wanted.sort}
    if wanted.brief is not None:
        return await briefs.cases_behind(session, actor, wanted.brief, wanted.figure, **more)
    days = wanted.days(at)
    if wanted.load is not None:
        unit = id_of(wanted.department) if wanted.department else None
        return await people.cases_behind(session, actor, wanted.person or NOBODY, unit, wanted.load, days, **more)
    if wanted.measure is not None:
        period = departments.Period(days.since, days.until)
        return await departments.cases_behind(session, actor, wanted.unit, wanted.measure, period, **more)
    return await county.cases_behind(session, actor, wanted.figure, wanted.scope(at), **more)


async def said(session: AsyncSession, actor: Actor, wanted: Behind, at: datetime) -> tuple[str, str]:
    """Give what is counted in words, and the sentence that says how."""
    if wanted.brief is not None:
        title = f"{wanted.figure.label} · {wanted.brief.isoformat()} 晨报"
        return title, f"晨报生成时计入的件，此后有变化的仍列在这里；{wanted.figure.says}"
    days = wanted.days(at)
    if wanted.measure is not None:
        names = {unit.code: unit.name for unit in await orgs.departments(session)}
        title = " · ".join((names.get(wanted.unit, wanted.unit), wanted.measure.label, days.word))
        return title, "按派单时间计入本期；同一件多次派给同一单位只计一次，已退回、已撤回的不计入总数"
    scope = wanted.scope(at)
    if wanted.load is not None:
        who = await people.name_of(session, actor, wanted.person or NOBODY)
        unit = [await county.name_of(session, By.DEPARTMENT, wanted.department)] if wanted.department else []
        period = [] if wanted.load.standing else [days.word]
        return " · ".join((who, *unit, wanted.load.label, *period)), wanted.load.says
    groups = [await county.name_of(session, by, key) for by, key in scope.cuts.items()]
    period = [] if wanted.figure.standing else [days.word]
    return " · ".join((wanted.figure.label, *groups, *period)), wanted.figure.says


BEHIND: Listing[CaseRow] = Listing(
    "cases-behind",
    "数字背后的案件",
    _rows,
    (
        Col("number", "编号", lambda one: one.number, link=lambda one: f"/case/{one.number}", sort=True, phone="head"),
        Col("title", "诉求标题", lambda one: one.title, phone="title", look="wide", chars=40),
        Col("category", "类别", lambda one: one.category, chars=24),
        Col("area", "属地", lambda one: one.area),
        Col("party", "诉求人", lambda one: one.party),
        Col("status", "状态", lambda one: one.status_label, tone=lambda one: one.status_tone, phone="tag"),
        Col("due", "时限", lambda one: one.due, sort=True, phone="last"),
        Col("department", "承办单位", lambda one: one.department, chars=24),
        Col("submitted", "受理时间", lambda one: stamp(one.submitted_at), chars=18),
    ),
    key=lambda one: one.number,
    rights=(Permission.STATISTICS_VIEW,),
    export=Permission.CASE_EXPORT,
    wanted=Behind,
    title=lambda one: one.title,
    href=lambda one: f"/case/{one.number}",
    tone=lambda one: one.tone if one.tone in {"red", "orange"} else "",
    live=("case",),
    unit="件",
    none_yet=("这个数字里没有案件", "数字和列表来自同一个口径：数字为 0，列表就是空的"),
)


class BehindState(ListState, SignedInState):
    """One browser's list of the cases behind a number."""

    LISTING: ClassVar = BEHIND
    what: str = ""
    says: str = ""

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        self.what, self.says = await said(session, actor, read(Behind, self.filters), now())
