"""Figures of the county: number, groups and list are one, and the same as counted one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.calendar.operations import seed_years
from domain.cases import categories
from domain.cases.models import Case, RiskLevel, Ruling, Satisfaction
from domain.cases.vocabulary import Status as S
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import NotPermitted
from domain.statistics import operations as figures
from domain.statistics.models import FigureChange
from domain.statistics.queries import county
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days, Span, days_of
from domain.statistics.schemas import By, Figure
from domain.supervision import operations as supervision
from domain.supervision.models import Breach, VoidedBreach
from domain.supervision.queries import overdue
from domain.warnings.models import Level, RiskLabel
from tests.support import county as support
from tests.support import risk
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.database import rolled_back
from tests.support.histories import Walk

OPEN = {
    S.TO_DISPATCH, S.TO_SUPPLEMENT, S.TO_ACCEPT, S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.ORDER_PENDING,
    S.RETURN_PENDING, S.EXTENSION_PENDING, S.TO_CONFIRM, S.AT_CITY,
}  # fmt: skip
"""Written down here once more, not taken from the table of steps."""
GRAVE = {Level.RED, Level.ORANGE}
KEYS: dict[By, Callable[[Case], str]] = {
    By.AREA: lambda case: [*case.area_path.split("/"), "", ""][2],
    By.CATEGORY: lambda case: case.category[:2],
    By.SOURCE: lambda case: case.source.value,
    By.RISK: lambda case: case.risk_level.value,
    By.DEPARTMENT: lambda case: str(case.lead_unit_id or ""),
}


@dataclass
class Naive:
    """All cases, their breaches and the newest labels, counted one by one."""

    cases: list[Case]
    breaches: list[Breach]
    labels: dict[UUID, RiskLabel]
    walk: Walk

    @classmethod
    async def of(cls, walk: Walk) -> Naive:
        session = walk.session
        voided = set(await session.scalars(select(VoidedBreach.breach_id)))
        breaches = [one for one in await session.scalars(select(Breach)) if one.id not in voided]
        labels = {one.case_id: one for one in await session.scalars(select(RiskLabel)) if one.newest}
        return cls(list(await session.scalars(select(Case))), breaches, labels, walk)

    def belongs(self, figure: Figure, case: Case, days: Days) -> bool:
        at = self.walk.at
        running = case.status in OPEN and not case.legacy and case.merged_into_id is None
        closed = case.status is S.CLOSED and self._of(case.closed_at, case, days)
        rated = self._of(case.rated_at, case, days) and case.appeal_ruling is not Ruling.MALICIOUS
        late = case.id in {one.case_id for one in self.breaches}
        passed = [one for one in self.breaches if one.case_id == case.id and self._of(one.due_at, case, days)]
        label = self.labels.get(case.id)
        unhappy = {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}
        return {
            Figure.OPEN: running,
            Figure.OVERDUE: running and case.due_at is not None and case.due_at < at,
            Figure.SOON: running and bool(case.due_at and case.due_at >= at and case.due_soon_at and case.due_soon_at <= at),
            Figure.HIGH: running and case.risk_level is RiskLevel.HIGH,
            Figure.UNDISPATCHED: running and case.status is S.TO_DISPATCH,
            Figure.TO_ACCEPT: running and case.status is S.TO_ACCEPT,
            Figure.CONFIRM: running and case.status is S.TO_CONFIRM,
            Figure.TODAY: running and case.due_at is not None and at <= case.due_at <= day_bounds(local_date(at))[1],
            Figure.ALERTED: running and label is not None and label.answered_at is None and label.level in GRAVE,
            Figure.BREACHED: bool(passed),
            Figure.CARDED: any(one.carded for one in passed),
            Figure.RECEIVED: self._of(case.submitted_at, case, days),
            Figure.CLOSED: closed,
            Figure.ON_TIME: closed and not late,
            Figure.LATE: closed and late,
            Figure.RATED: rated and case.satisfaction is not None,
            Figure.SATISFIED: rated and case.satisfaction is not None and case.satisfaction not in unhappy,
        }[figure]  # fmt: skip

    @staticmethod
    def _of(moment: object, case: Case, days: Days) -> bool:
        if moment is None or case.merged_into_id is not None:
            return False
        return days.first <= local_date(moment) <= days.last  # type: ignore[arg-type]

    def ids(self, figure: Figure, days: Days) -> dict[UUID, Case]:
        return {one.id: one for one in self.cases if one.status is not S.DRAFT and self.belongs(figure, one, days)}


async def _listed(session: AsyncSession, actor: Actor, figure: Figure, scope: Scope, walk: Walk) -> set[UUID]:
    found: set[UUID] = set()
    cursor = ""
    while True:
        page = await county.cases_behind(session, actor, figure, scope, at=walk.at, cursor=cursor, size=7)
        found |= {one.id for one in page.items}
        if not (cursor := page.next):
            assert len(found) == int(page.total), figure
            return found


async def _agree(walk: Walk, actor: Actor, days: Days, naive: Naive | None) -> set[Figure]:
    """Compare numbers, groups, lists and, for who sees all, the count one by one; give the figures that were not zero."""
    session = walk.session
    seen = await county.overview(session, actor, Scope(days), tuple(Figure), by=tuple(By), at=walk.at)
    for figure in Figure:
        listed = await _listed(session, actor, figure, Scope(days), walk)
        assert seen.whole[figure] == len(listed), (figure, days)
        expected = naive.ids(figure, days) if naive else None
        assert expected is None or set(expected) == listed, (figure, days)
        for by in By:
            groups = {one.key: one[figure] for one in seen.groups[by] if one[figure]}
            parts = {key: await _listed(session, actor, figure, Scope(days, {by: key}), walk) for key in groups}
            assert {key: len(ids) for key, ids in parts.items()} == groups, (figure, by)
            assert sum(map(len, parts.values())) == len(listed), "groups of one kind overlap, or leave some out"
            assert set().union(*parts.values()) == listed
            if expected is not None:
                counted: dict[str, int] = defaultdict(int)
                for case in expected.values():
                    counted[KEYS[by](case)] += 1
                assert counted == groups, (figure, by)
    return {figure for figure in Figure if seen.whole[figure]}


async def _strike(walk: Walk) -> None:
    for one in await overdue(walk.session, _CLOCK, at=walk.at):
        await supervision.strike(walk.session, _CLOCK, deadline_id=one.deadline_id, level=one.level, at=walk.at)


_CLOCK = system_actor(Role.CLOCK)


async def _left(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(FigureChange)) or 0


@pytest.mark.timeout(600)
async def test_numbers_groups_lists_and_counting_agree_over_a_history(engine: AsyncEngine) -> None:
    met: set[Figure] = set()
    async with rolled_back(engine) as session:
        await seed_years(session, [2026])
        walk = await Walk.begin(session, 20, 12)
        await risk.add_machine(session, walk.county, at=walk.at)
        for place in range(260):
            await walk.step()
            if place % 20 == 0:
                await _strike(walk)
            if place % 37 == 0:
                await figures.bring_up(session, most=9)
            if place in {60, 240}:
                await risk.label_all(session, walk.county["model"], at=walk.at)
            if place in {90, 259}:
                today = local_date(walk.at)
                naive = await Naive.of(walk)
                for days in (days_of(Span.YEAR, walk.at), Days(today - timedelta(days=3), today)):
                    met |= await _agree(walk, walk.county["leader"], days, naive)
                    await _agree(walk, walk.county["rsj_head"], days, None)
        assert await _left(session), "part of it was read from what changed since"
        while await figures.bring_up(session, most=50):
            pass
        assert await figures.prove(session, at=walk.at) == 0
    wanted = {Figure.OPEN, Figure.OVERDUE, Figure.HIGH, Figure.RECEIVED, Figure.CLOSED, Figure.LATE}
    assert wanted | {Figure.BREACHED, Figure.CARDED, Figure.ALERTED} <= met


async def test_a_trend_is_the_number_cut_by_its_points(session: AsyncSession, county_: County) -> None:
    for seed, day in enumerate((0, 0, 1, 9), start=1):
        await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING + timedelta(days=day), seed=seed)
    last = local_date(MORNING + timedelta(days=9))

    found = await county.trend(session, county_["leader"], Scope(Days(last - timedelta(days=9), last)), at=MORNING)
    weeks = await county.trend(session, county_["leader"], Scope(Days(last - timedelta(days=90), last)), at=MORNING)

    assert [counts[Figure.RECEIVED] for _, counts in found] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert [days.length for days, _ in weeks][1:-1] == [7] * (len(weeks) - 2)
    assert sum(counts[Figure.RECEIVED] for _, counts in weeks) == 4


async def test_a_first_point_that_begins_within_a_week_has_its_cases(session: AsyncSession, county_: County) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:1], at=MORNING)
    day = local_date(MORNING)
    assert day.weekday() != 0

    found = await county.trend(session, county_["leader"], Scope(Days(day, day + timedelta(days=60))), at=MORNING)

    assert found[0][1][Figure.RECEIVED] == 1
    assert found[0][0] == Days(day, day + timedelta(days=6 - day.weekday()))


async def test_who_sees_no_figures_gets_none(session: AsyncSession, county_: County) -> None:
    scope = Scope(Days(date(2026, 1, 1), date(2026, 12, 31)))
    assert not county_["registrar"].may(Permission.STATISTICS_VIEW)

    with pytest.raises(NotPermitted):
        await county.overview(session, county_["registrar"], scope, (Figure.OPEN,), at=MORNING)
    with pytest.raises(NotPermitted):
        await county.trend(session, county_["registrar"], scope, at=MORNING)
    with pytest.raises(NotPermitted):
        await county.cases_behind(session, county_["registrar"], Figure.OPEN, scope, at=MORNING)


async def test_groups_are_named(session: AsyncSession, county_: County) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING)
    scope = Scope(days_of(Span.YEAR, MORNING))

    found = await county.overview(session, county_["leader"], scope, (Figure.OPEN,), by=tuple(By), at=MORNING)

    names = {by: [one.name for one in groups] for by, groups in found.groups.items()}
    assert names[By.CATEGORY] == [categories.CATEGORIES["0701"].group]
    assert names[By.SOURCE] == ["来访"]
    assert names[By.DEPARTMENT] == ["人力资源和社会保障局"]
    assert all(name and name[0] not in "0123456789" for (name,) in names.values())
