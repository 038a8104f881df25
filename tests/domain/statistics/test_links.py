"""Stages of cases: how many, how long, how many late and slow are one with their lists, and with counting one by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from domain.calendar.operations import seed_years
from domain.cases.models import Case
from domain.cases.vocabulary import Action as A
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import local_date
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotPermitted
from domain.statistics.queries import links
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days, Span, days_of, lasted
from domain.statistics.schemas import Among, By, Passed, Stage, StageFigures
from domain.supervision import operations as supervision
from domain.supervision.models import Breach, VoidedBreach
from domain.supervision.queries import overdue
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.database import rolled_back
from tests.support.histories import Walk

BEGINS = {
    Stage.DISPATCH: "submit resubmit recall approve_return city_return city_dispatch",
    Stage.ACCEPT: "dispatch redispatch order approve_order relapse reopen",
    Stage.RESOLVE: "accept reject_result",
    Stage.CONFIRM: "submit_result city_result",
    Stage.DECIDE: "request_return request_extension propose_order",
    Stage.RATE: "confirm close_directly withdraw_by_petitioner",
}
ENDS = {
    Stage.DISPATCH: "dispatch",
    Stage.ACCEPT: "accept",
    Stage.RESOLVE: "submit_result",
    Stage.CONFIRM: "confirm",
    Stage.DECIDE: "approve_return reject_return approve_extension reject_extension approve_order reject_order",
    Stage.RATE: "rate",
}
LIMITS = {Stage.DISPATCH: "dispatch", Stage.ACCEPT: "accept", Stage.RESOLVE: "resolve"}
"""Written down here once more, not taken from the query."""
_CLOCK = system_actor(Role.CLOCK)


@dataclass
class Told:
    """Everything that happened, read whole."""

    cases: dict[UUID, Case]
    entries: dict[UUID, list[JournalEntry]]
    breaches: list[Breach]

    @classmethod
    async def of(cls, session: AsyncSession) -> Told:
        entries: dict[UUID, list[JournalEntry]] = defaultdict(list)
        for one in await session.scalars(select(JournalEntry).order_by(col(JournalEntry.seq))):
            entries[one.subject_id].append(one)
        voided = set(await session.scalars(select(VoidedBreach.breach_id)))
        breaches = [one for one in await session.scalars(select(Breach)) if one.id not in voided]
        return cls({one.id: one for one in await session.scalars(select(Case))}, entries, breaches)

    def passed(self, stage: Stage, days: Days) -> dict[UUID, tuple[float, bool]]:
        """Play each case, and keep how long its last passing took and whether it was late."""
        found: dict[UUID, tuple[float, bool]] = {}
        for case in (one for one in self.cases.values() if one.merged_into_id is None):
            began = None
            for entry in self.entries[case.id]:
                act = entry.action.removeprefix("case.")
                if act in ENDS[stage].split() and began and days.first <= local_date(entry.at) <= days.last:
                    late = any(
                        one.case_id == case.id and one.assignment_id is None
                        and one.link.value == LIMITS.get(stage) and began <= one.due_at < entry.at
                        for one in self.breaches
                    )  # fmt: skip
                    found[case.id] = ((entry.at - began).total_seconds(), late)
                if act in BEGINS[stage].split():
                    began = entry.at
        return found


def _share(values: list[float], share: float) -> float:
    values = sorted(values)
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


async def _listed(session: AsyncSession, actor: Actor, stage: Stage, among: Among, scope: Scope) -> list[Passed]:
    found: list[Passed] = []
    cursor = ""
    while True:
        page = await links.cases_behind(session, actor, stage, among, scope, at=MORNING, cursor=cursor, size=7)
        found += page.items
        if not (cursor := page.next):
            assert len({one.row.id for one in found}) == len(found) == page.total
            return found


async def _agree(session: AsyncSession, actor: Actor, scope: Scope, told: Told | None) -> list[StageFigures]:
    figures = await links.stages(session, actor, scope)
    assert [one.stage for one in figures] == list(Stage)
    for one in figures:
        lists = {among: await _listed(session, actor, one.stage, among, scope) for among in Among}
        every = lists[Among.ALL]
        assert {a: len(rows) for a, rows in lists.items()} == dict(one.counts)
        assert [row.took for row in every] == sorted((row.took for row in every), reverse=True)
        assert {row.row.id for row in lists[Among.OVER]} == {row.row.id for row in every if row.over}
        slow = {row.row.id for row in every if one.ninety is not None and row.took >= one.ninety}
        assert {row.row.id for row in lists[Among.SLOW]} == slow
        took = [row.took for row in every]
        assert one.median == (pytest.approx(_share(took, 0.5)) if took else None)
        assert one.ninety == (pytest.approx(_share(took, 0.9)) if took else None)
        if told is not None:
            assert {row.row.id: (row.took, row.over) for row in every} == told.passed(one.stage, scope.days), one.stage
    return list(figures)


@pytest.mark.timeout(600)
async def test_numbers_lists_and_counting_agree_over_a_history(engine: AsyncEngine) -> None:
    met: set[tuple[Stage, str]] = set()
    async with rolled_back(engine) as session:
        await seed_years(session, [2026])
        walk = await Walk.begin(session, 7, 12)
        for place in range(280):
            await walk.step()
            if place % 20 == 0:
                for one in await overdue(session, _CLOCK, at=walk.at):
                    await supervision.strike(session, _CLOCK, deadline_id=one.deadline_id, level=one.level, at=walk.at)
        told, today = await Told.of(session), local_date(walk.at)
        for days in (days_of(Span.YEAR, walk.at), Days(today - timedelta(days=5), today - timedelta(days=1))):
            for one in await _agree(session, walk.county["leader"], Scope(days), told):
                met |= {(one.stage, among.value) for among in Among if one.counts[among]}
            await _agree(session, walk.county["rsj_head"], Scope(days), None)
            for by, key in ((By.RISK, "high"), (By.DEPARTMENT, str(walk.county.units["rsj"].id)), (By.CATEGORY, "07")):
                await _agree(session, walk.county["leader"], Scope(days, {by: key}), None)
    assert {stage for stage, _ in met} == set(Stage)
    assert (Stage.ACCEPT, "over") in met or (Stage.DISPATCH, "over") in met


async def test_a_second_round_counts_from_its_rejection(session: AsyncSession, county_: County) -> None:
    number = await support.bring_to(session, county_, MAIN_LINE[:5], at=MORNING)
    scope = Scope(days_of(Span.YEAR, MORNING))
    hour = timedelta(hours=1)
    await support.step(session, county_["center"], number, A.REJECT_RESULT, at=MORNING + hour, opinion="请补充")
    await support.main_step(session, county_, number, A.SUBMIT_RESULT, at=MORNING + 3 * hour)

    (passed,) = await _listed(session, county_["leader"], Stage.RESOLVE, Among.ALL, scope)

    assert passed.took == 7200.0
    assert (passed.began_at, passed.ended_at) == (MORNING + hour, MORNING + 3 * hour)


async def test_a_department_reads_its_own_cases_alone(session: AsyncSession, county_: County) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:3], at=MORNING)
    scope = Scope(days_of(Span.YEAR, MORNING))

    mine = {one.stage: one.counts[Among.ALL] for one in await links.stages(session, county_["rsj_head"], scope)}
    other = {one.stage: one.counts[Among.ALL] for one in await links.stages(session, county_["zjj_head"], scope)}

    assert mine[Stage.ACCEPT] == 1
    assert not any(other.values())
    assert await _listed(session, county_["zjj_head"], Stage.ACCEPT, Among.ALL, scope) == []


async def test_who_sees_no_figures_gets_none(session: AsyncSession, county_: County) -> None:
    scope = Scope(days_of(Span.YEAR, MORNING))
    with pytest.raises(NotPermitted):
        await links.stages(session, county_["rsj"], scope)
    with pytest.raises(NotPermitted):
        await links.cases_behind(session, county_["rsj"], Stage.ACCEPT, Among.ALL, scope, at=MORNING)
    with pytest.raises(Invalid):
        await links.cases_behind(session, county_["leader"], Stage.ACCEPT, Among.ALL, scope, at=MORNING, sort="title")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0, "不到 1 分"), (59.9, "不到 1 分"), (60, "1 分"), (3600, "1 小时"), (3661, "1 小时 1 分"),
     (86400, "1 天"), (90000, "1 天 1 小时"), (86400 * 12 + 3599, "12 天")],
)  # fmt: skip
def test_a_time_is_written_in_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert lasted(seconds) == words
