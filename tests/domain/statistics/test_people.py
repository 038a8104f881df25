"""Figures of people: numbers and lists are one, and the same as counted one by one; a department sees its own people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean, median
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.calendar.operations import seed_years
from domain.cases.models import Assignment, Case
from domain.cases.vocabulary import Status as S
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import local_date
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotPermitted
from domain.statistics.queries import people as queries
from domain.statistics.rules import Days, Span, days_of, heavy
from domain.statistics.schemas import Load, PersonFigures
from domain.supervision import operations as supervision
from domain.supervision.models import Breach, VoidedBreach
from domain.supervision.queries import overdue
from tests.domain.statistics.test_county import OPEN
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.database import rolled_back
from tests.support.histories import Walk

_CLOCK = system_actor(Role.CLOCK)
_POINTS = {"very_satisfied": 5, "satisfied": 4, "fair": 3, "dissatisfied": 2, "very_dissatisfied": 1}


@dataclass
class Naive:
    """Everything that people hold, read whole and counted one by one."""

    cases: dict[UUID, Case]
    held: list[Assignment]
    breaches: list[Breach]
    walk: Walk

    @classmethod
    async def of(cls, walk: Walk) -> Naive:
        session = walk.session
        voided = set(await session.scalars(select(VoidedBreach.breach_id)))
        breaches = [one for one in await session.scalars(select(Breach)) if one.id not in voided]
        cases = {one.id: one for one in await session.scalars(select(Case))}
        return cls(cases, list(await session.scalars(select(Assignment))), breaches, walk)

    def belongs(self, load: Load, one: Assignment, days: Days) -> bool:
        case, at, state = self.cases[one.case_id], self.walk.at, one.state.value
        going = case.status in OPEN and not case.legacy and case.merged_into_id is None
        lead = one.part.value == "lead"
        in_hand = going and lead and state in {"working", "reported"}
        closed = (
            lead and state == "finished" and case.status is S.CLOSED and case.merged_into_id is None
            and case.closed_at is not None and one.ended_at == case.closed_at
            and days.first <= local_date(case.closed_at) <= days.last
        )  # fmt: skip
        late = any(
            b.case_id == case.id and b.unit_id == one.unit_id and one.ended_at is not None
            and one.dispatched_at <= b.due_at <= one.ended_at
            for b in self.breaches
        )  # fmt: skip
        malicious = case.appeal_ruling is not None and case.appeal_ruling.value == "malicious"
        return {
            Load.IN_HAND: in_hand,
            Load.SOON: in_hand and bool(case.due_at and case.due_at >= at and case.due_soon_at and case.due_soon_at <= at),
            Load.OVERDUE: in_hand and bool(case.due_at and case.due_at < at),
            Load.ASSISTING: going and not lead and state == "working" and one.waived_at is None,
            Load.CLOSED: closed,
            Load.LATE: closed and late,
            Load.RATED: closed and case.satisfaction is not None and not malicious,
        }[load]  # fmt: skip

    def of_person(self, who: PersonFigures, load: Load, days: Days) -> list[Assignment]:
        mine = [one for one in self.held if (one.accepted_by, one.unit_id) == (who.account_id, who.unit_id)]
        return [one for one in mine if self.belongs(load, one, days)]


async def _listed(
    session: AsyncSession, actor: Actor, who: PersonFigures, load: Load, days: Days, walk: Walk
) -> set[UUID]:
    found: list[UUID] = []
    cursor = ""
    while True:
        page = await queries.cases_behind(
            session, actor, who.account_id, who.unit_id, load, days, at=walk.at, cursor=cursor, size=3
        )
        found += [one.id for one in page.items]
        if not (cursor := page.next):
            assert len(set(found)) == len(found) == page.total
            return set(found)


async def _agree(walk: Walk, actor: Actor, days: Days, naive: Naive) -> set[Load]:
    met: set[Load] = set()
    people = await queries.people(walk.session, actor, days, at=walk.at)
    for who in people:
        for load in Load:
            listed = await _listed(walk.session, actor, who, load, days, walk)
            assert {one.case_id for one in naive.of_person(who, load, days)} == listed, (who.name, load)
            assert who.counts[load] == len(listed)
            met |= {load} if listed else set()
        closed = naive.of_person(who, Load.CLOSED, days)
        took = [(one.ended_at - one.accepted_at).total_seconds() for one in closed if one.ended_at and one.accepted_at]
        assert who.median == (pytest.approx(median(took)) if took else None)
        rated = [naive.cases[one.case_id].satisfaction for one in naive.of_person(who, Load.RATED, days)]
        points = [_POINTS[grade.value] for grade in rated if grade]
        assert who.satisfaction == (pytest.approx(mean(points)) if points else None)
    for load in Load:
        units = actor.unit_ids if actor.reach.value == "department" else {one.unit_id for one in naive.held}
        every = [
            one for one in naive.held if one.accepted_by and one.unit_id in units and naive.belongs(load, one, days)
        ]
        assert sum(who.counts[load] for who in people) == len(every), load
    return met


@pytest.mark.timeout(600)
async def test_numbers_lists_and_counting_agree_over_a_history(engine: AsyncEngine) -> None:
    met: set[Load] = set()
    async with rolled_back(engine) as session:
        await seed_years(session, [2026])
        walk = await Walk.begin(session, 11, 14)
        for place in range(300):
            await walk.step()
            if place % 20 == 0:
                for one in await overdue(session, _CLOCK, at=walk.at):
                    await supervision.strike(session, _CLOCK, deadline_id=one.deadline_id, level=one.level, at=walk.at)
            if place in {60, 120, 180, 299}:
                today, naive = local_date(walk.at), await Naive.of(walk)
                for days in (days_of(Span.YEAR, walk.at), Days(today - timedelta(days=4), today)):
                    met |= await _agree(walk, walk.county["leader"], days, naive)
                    met |= await _agree(walk, walk.county["rsj_head"], days, naive)
    assert met == set(Load)


async def test_a_department_sees_its_own_people_also_those_who_hold_nothing(
    session: AsyncSession, county_: County
) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:3], at=MORNING)
    days = days_of(Span.YEAR, MORNING)
    rsj, zjj = county_.units["rsj"].id, county_.units["zjj"].id

    mine = await queries.people(session, county_["rsj_head"], days, at=MORNING)
    other = await queries.people(session, county_["zjj_head"], days, at=MORNING)
    every = await queries.people(session, county_["center"], days, at=MORNING)
    chosen = await queries.people(session, county_["center"], days, at=MORNING, unit_id=zjj)
    beyond = await queries.people(session, county_["zjj_head"], days, at=MORNING, unit_id=rsj)

    assert {(one.account_id, one.counts[Load.IN_HAND]) for one in mine} == {
        (county_["rsj"].account_id, 1), (county_["rsj_head"].account_id, 0),
    }  # fmt: skip
    assert {one.unit_id for one in other} == {one.unit_id for one in chosen} == {zjj}
    assert {one.unit_id for one in every} == {rsj, zjj}
    assert beyond == ()
    behind = await queries.cases_behind(
        session, county_["zjj_head"], county_["rsj"].account_id, None, Load.IN_HAND, days, at=MORNING
    )
    assert behind.total == 0


async def test_who_sees_no_figures_gets_none(session: AsyncSession, county_: County) -> None:
    days, rsj = days_of(Span.YEAR, MORNING), county_["rsj"]
    with pytest.raises(NotPermitted):
        await queries.people(session, rsj, days, at=MORNING)
    with pytest.raises(NotPermitted):
        await queries.cases_behind(session, rsj, rsj.account_id, None, Load.IN_HAND, days, at=MORNING)


@pytest.mark.parametrize(
    ("own", "held", "more"), [(4, [4], False), (3, [3, 1], False), (4, [4, 1], True), (0, [0, 0], False)]
)
def test_more_than_half_as_much_again_is_heavy(own: int, held: list[int], *, more: bool) -> None:
    assert heavy(own, held) is more
