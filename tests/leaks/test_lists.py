"""Every list, filter, order, search, counter and figure holds exactly what the oracle lets the person see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.models import RiskLevel
from domain.cases.queries import listing, views
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.refusals import Invalid, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries as orgs
from domain.orgs.models import SessionKind
from domain.statistics.queries import departments as statistics
from domain.statistics.queries import links, people
from domain.statistics.queries.county import Scope
from domain.statistics.queries.departments import Period
from domain.statistics.rules import Span, days_of
from domain.statistics.schemas import Among, Load, Measure
from domain.visits import queries as visits
from state.clock import now
from tests.leaks import marks
from tests.leaks.oracle import CaseFact, sees_visit
from tests.leaks.people import DEPARTMENT, EVERYBODY, FIGURES, Who, living
from tests.leaks.world import World

LIVING = [who.login for who in living()]
T = TypeVar("T")
Fits = Callable[[CaseFact], bool]
SORTS = ("", *(f"{sign}{name}" for name in listing._SORTS for sign in ("", "-")))
_ANYBODY = pytest.mark.parametrize("login", LIVING)


async def actor(session: AsyncSession, world: World, login: str) -> Actor:
    """Give who acts with somebody's token, as a request finds it."""
    found = await orgs.actor_of(session, world.tokens[login], SessionKind.API, at=now())
    assert found is not None
    return found


def filters(world: World) -> list[tuple[CaseFilter, Fits]]:
    """List filters, each with what it means in plain words."""
    some, other = world.cases[7], world.cases[40]
    units = ("rsj", "zjj", "mzj")
    plain = [
        *((CaseFilter(statuses=(s.value,)), lambda c, s=s: c.status == s.value) for s in Status),
        *((CaseFilter(areas=(a,)), lambda c, a=a: a in c.areas) for a in ("3", "30", "35", "350", "351", "3500", "305", "3050")),
        *((CaseFilter(risks=(r.value,)), lambda c, r=r: c.risk == r.value) for r in RiskLevel),
        *((CaseFilter(categories=(k,)), lambda c, k=k: c.category.startswith(k)) for k in ("07", "0701", "L1", "03")),
        (CaseFilter(text="反映工资"), lambda _: True),
        (CaseFilter(text="%"), lambda _: False),
        (CaseFilter(name="林"), lambda _: True),
    ]  # fmt: skip
    one = [
        found
        for case in (some, other)
        for found in (
            (CaseFilter(number=case.number), lambda c, case=case: c.number == case.number),
            (CaseFilter(text=case.title), lambda c, case=case: c.number == case.number),
            (CaseFilter(text=case.title[:2]), lambda c, case=case: c.number == case.number),
            (CaseFilter(name=case.human.name), lambda c, case=case: c.number == case.number),
            (CaseFilter(name=case.human.name[1:]), lambda c, case=case: c.number == case.number),
            (CaseFilter(phone=case.human.phone), lambda c, case=case: c.number == case.number),
            (CaseFilter(id_number=case.human.id_number), lambda c, case=case: c.number == case.number),
        )
    ]
    with_lead = [
        (CaseFilter(departments=(unit,)), lambda c, unit=unit: unit == c.lead or unit in c.held_by) for unit in units
    ]
    return [*plain, *one, *with_lead]


def turn(things: Sequence[T], login: str, every: int) -> list[T]:
    """Choose every n-th, another beginning for each person: together they ask for all, each asks for some.

    Whom a filter is asked for does not matter to it; that it is never wider than the reach does.
    """
    return list(things[LIVING.index(login) % every :: every])


async def every_page(
    session: AsyncSession, who: Actor, wanted: CaseFilter, size: int = 100
) -> tuple[set[str], int, str]:
    """Turn all pages; a page's total must be the same on each and no case come twice."""
    numbers: list[str] = []
    texts = ""
    cursor = ""
    while True:
        found = await listing.search(session, who, wanted, at=now(), cursor=cursor, size=size)
        numbers += [row.number for row in found.items]
        texts += repr(found.items)
        cursor = found.next
        if not cursor:
            assert len(numbers) == len(set(numbers)) == found.total
            return set(numbers), found.total, texts


@_ANYBODY
class TestAListHolds:
    async def test_what_the_oracle_says_under_every_filter(self, world: World, login: str) -> None:
        who = EVERYBODY[login]
        seen = world.seen(who)
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            for wanted, fits in turn(filters(world), login, 5):
                found, _, text = await every_page(session, asking, wanted)
                may = {case.number for case in seen if fits(case)}
                # a department finds what it leads or holds now, so the filter may be narrower than "ever held"
                assert found == may or (wanted.departments and found <= may), (login, wanted, found ^ may)
                assert not marks.clear_in(world, text), wanted
                assert not marks.foreign_in(world, who, text), wanted

    async def test_the_same_in_every_order(self, world: World, login: str) -> None:
        may = {case.number for case in world.seen(EVERYBODY[login])}
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            for sort in turn(SORTS, login, 5):
                assert (await every_page(session, asking, CaseFilter(sort=sort), 40))[0] == may, sort

    async def test_as_many_as_its_counter_says(self, world: World, login: str) -> None:
        may = {case.number for case in world.seen(EVERYBODY[login])}
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            counts = await views.count_views(session, asking, tuple(views.VIEWS), at=now())
            for view, count in counts.items():
                found, total, _ = await every_page(session, asking, CaseFilter(view=view))
                assert found <= may, (login, view)
                assert len(found) == total == count, (login, view)
            assert counts.get("all", 0) == len(may)
            assert {c.view: c.count for c in await views.counters(session, asking, at=now())}.items() <= counts.items()


@_ANYBODY
class TestFigures:
    async def test_count_what_the_person_sees_and_open_exactly_that(self, world: World, login: str) -> None:
        who = EVERYBODY[login]
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            if not who.may(FIGURES):
                with pytest.raises(NotPermitted):
                    await statistics.departments(session, asking, Period(), at=now())
                with pytest.raises(NotPermitted):
                    await statistics.cases_behind(session, asking, "rsj", Measure.TOTAL, Period(), at=now())
                return
            figures = await statistics.departments(session, asking, Period(), at=now())
            if who.sees_as_far_as == DEPARTMENT:
                assert {one.department for one in figures} == who.units
            for one in figures:
                await self._opens(session, world, asking, who, one.department, one)

    async def _opens(
        self, session: AsyncSession, world: World, asking: Actor, who: Who, unit: str, figures: object
    ) -> None:
        may = {case.number for case in world.seen(who) if unit in case.held_by}
        for measure in Measure:
            behind = await statistics.cases_behind(session, asking, unit, measure, Period(), at=now(), size=200)
            numbers = {row.number for row in behind.items}
            assert numbers <= may, (who.login, unit, measure, numbers - may)
            assert len(numbers) == behind.total == getattr(figures, measure.value)
            assert not marks.clear_in(world, repr(behind.items))

    async def test_of_stages_and_people_hold_what_the_person_sees(self, world: World, login: str) -> None:
        who, days = EVERYBODY[login], days_of(Span.YEAR, now())
        may = {case.number for case in world.seen(who)}
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            if not who.may(FIGURES):
                with pytest.raises(NotPermitted):
                    await links.stages(session, asking, Scope(days))
                with pytest.raises(NotPermitted):
                    await people.people(session, asking, days, at=now())
                return
            for one in await links.stages(session, asking, Scope(days)):
                passed = await links.cases_behind(
                    session, asking, one.stage, Among.ALL, Scope(days), at=now(), size=200
                )
                assert {row.row.number for row in passed.items} <= may
                assert len(passed.items) == one.counts[Among.ALL]
                assert not marks.clear_in(world, repr(passed.items))
            for person in await people.people(session, asking, days, at=now()):
                for load in Load:
                    held = await people.cases_behind(
                        session, asking, person.account_id, person.unit_id, load, days, at=now(), size=200
                    )
                    assert {row.number for row in held.items} <= may
                    assert len(held.items) == person.counts[load]

    async def test_of_another_department_are_no_heads_business(self, world: World, login: str) -> None:
        who = EVERYBODY[login]
        if who.sees_as_far_as != DEPARTMENT or not who.may(FIGURES):
            return
        async with unit_of_work() as session:
            asking = await actor(session, world, login)
            foreign = ({"rsj", "zjj", "mzj"} - who.units).pop()
            said = set()
            for code in (foreign, f"none-{uuid4().hex[:6]}"):
                with pytest.raises(Invalid) as refused:
                    await statistics.cases_behind(session, asking, code, Measure.TOTAL, Period(), at=now())
                said.add(refused.value.code)
            assert said == {"invalid"}


@_ANYBODY
async def test_visits_are_seen_by_desk_and_day(world: World, login: str) -> None:
    who, today = EVERYBODY[login], local_date(now())
    async with unit_of_work() as session:
        asking = await actor(session, world, login)
        listed = await visits.today(session, asking, at=now())
        queue = await visits.waiting(session, asking, at=now())
        may = {v.id for v in world.visits if sees_visit(who, v, today)}
        todays = {v.id for v in world.visits if v.day == today}
        assert {v.id for v in listed.items} == may & todays
        assert listed.total == len(listed.items)
        assert {v.id for v in queue} == may & todays
        assert not marks.clear_in(world, repr((listed.items, queue)))
        for visit in world.visits:
            opened = await _opened(session, asking, visit.id)
            assert opened == (visit.id in may), (login, visit)


async def _opened(session: AsyncSession, asking: Actor, visit_id: object) -> bool:
    from domain.kernel.refusals import NotFound

    try:
        view = await visits.get(session, asking, visit_id, at=now())  # type: ignore[arg-type]
    except NotFound:
        return False
    return bool(view)
