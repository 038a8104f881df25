"""Lists by statements that are kept: whoever asks, page by page, the same as the conditions say; the table beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, union
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from domain.calendar.operations import seed_years
from domain.cases.inputs import CaseFilter
from domain.cases.models import Assignment, Case, CaseReach, Copy
from domain.cases.queries import listing, orders, reach, views
from domain.cases.schemas import CaseRow
from domain.kernel import alike, driver
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.paging import Page
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.database import rolled_back
from tests.support.histories import Walk

STEPS, CASES, SIZE = 60, 9, 2
READERS = ("registrar", "center", "leader", "rsj", "rsj_head")


def _sorted(cases: Sequence[Case], arranged: orders.Arrangement, at: datetime) -> list[UUID]:
    def key(case: Case) -> tuple[Any, ...]:
        rank, due, urgent, identity = arranged.values(case, at)
        return rank, due is None, due or at, not urgent, -int(identity)  # type: ignore[call-overload]

    return [case.id for case in sorted(cases, key=key)]


async def _expected(session: AsyncSession, actor: Actor, view: str, at: datetime) -> list[UUID]:
    """What the conditions of the actor's own select, sorted one by one."""
    chosen = select(Case).where(reach.visible_to(actor), views.VIEWS[view][2](actor, at))
    found = list(await session.scalars(chosen.execution_options(populate_existing=True)))
    return _sorted(found, await orders.arrangement(session, actor, view), at)


async def _paged(session: AsyncSession, actor: Actor, view: str, at: datetime) -> list[UUID]:
    """All pages to the last one, and the same again back to the first."""

    async def turned(cursor: str = "") -> Page[CaseRow]:
        return await listing.search(session, actor, CaseFilter(view=view), at=at, size=SIZE, cursor=cursor)

    page = await turned()
    pages, total = [[row.id for row in page.items]], page.total
    while page.next:
        page = await turned(page.next)
        pages.append([row.id for row in page.items])
    back = [pages[-1]]
    while page.previous:
        page = await turned(page.previous)
        back.append([row.id for row in page.items])
    assert back[::-1] == pages
    seen = [one for rows in pages for one in rows]
    assert total == len(seen)
    return seen


@pytest.mark.parametrize("longest", [200, 3])
async def test_every_reader_s_list_is_what_the_conditions_say(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    """Whether it is short enough to be sorted, or read stretch by stretch."""
    monkeypatch.setattr(listing, "SORTED", longest)
    async with rolled_back(engine) as session:
        await seed_years(session, [2026])
        walk = await Walk.begin(session, 2, CASES)
        for _ in range(STEPS):
            await walk.step()
        await session.flush()
        for login in READERS:
            actor = walk.county[login]
            for view in dict.fromkeys((*views.views_of(actor), "all", "ours", "former", "returned")):
                expected = await _expected(session, actor, view, walk.at)
                assert await _paged(session, actor, view, walk.at) == expected, (login, view)
            counted = await views.count_views(session, actor, views.views_of(actor), at=walk.at)
            for view, count in counted.items():
                assert count == len(await _expected(session, actor, view, walk.at)), (login, view)
        await _check_reach(session)


async def _check_reach(session: AsyncSession) -> None:
    had = union(select(Assignment.unit_id, Assignment.case_id), select(Copy.unit_id, Copy.case_id)).subquery()
    stands = select(had.c.unit_id, col(Case.id), col(Case.status), col(Case.urgent), col(Case.due_at)).join(
        Case, col(Case.id) == had.c.case_id
    )
    kept = select(CaseReach.unit_id, CaseReach.case_id, CaseReach.status, CaseReach.urgent, CaseReach.due_at)
    expected = {tuple(row) for row in await session.execute(stands)}
    assert {tuple(row) for row in await session.execute(kept)} == expected
    assert expected, "nothing was dispatched: nothing was tried"


async def test_a_page_asks_few_statements(session: AsyncSession, county: County, engine: AsyncEngine) -> None:
    for seed in range(1, 8):
        await support.bring_to(session, county, MAIN_LINE[: seed % 5 + 1], at=MORNING, seed=seed)
    await session.flush()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        for login in READERS:
            for _ in range(2):  # what is kept in a process is read once
                session.info.clear()
                asked.clear()
                page = await listing.search(session, county[login], CaseFilter(), at=MORNING)
            # the calendar is read once in a process, where it ever changed
            own = [one for one in asked if not re.search("FROM (workday|unit_day|work_pattern|limit_rule)", one)]
            assert len(own) <= 8, (login, own)
            assert page.items
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


class TestAnExample:
    def test_is_one_for_who_sees_alike(self, county: County) -> None:
        other = replace(
            county["rsj"], account_id=new_id(), unit_id=new_id(), login="else", name="别人", session_id=new_id()
        )

        assert alike.of(county["rsj"])[0] == alike.of(other)[0]
        assert alike.of(county["rsj"])[1] != alike.of(other)[1]

    @pytest.mark.parametrize("change", [{"roles": frozenset()}, {"rights": frozenset()}, {"read_only": True}])
    def test_is_another_one_for_who_does_not(self, county: County, change: dict[str, Any]) -> None:
        assert alike.of(county["rsj"])[0] != alike.of(replace(county["rsj"], **change))[0]

    def test_of_several_units_gives_each_its_place(self, county: County) -> None:
        more = frozenset({new_id(), new_id()})
        example, own = alike.of(replace(county["rsj"], more_units=more))

        assert len(example.unit_ids) == 3
        assert {own["unit"], own["unit_0"], own["unit_1"]} == {county["rsj"].unit_id, *more}

    async def test_takes_no_moment_that_was_not_named(self, session: AsyncSession) -> None:
        late = driver.Made(select(Case.id).where(col(Case.due_at) < alike.AT + timedelta(days=1)), alike.PLACES)

        with pytest.raises(RuntimeError, match="has no place"):
            await late.rows(session, at=MORNING)

    async def test_finds_nothing_by_an_identity_that_is_not_given(self, session: AsyncSession, county: County) -> None:
        await support.draft(session, county, at=MORNING)
        example, own = reach.example_of(county["registrar"])
        mine = driver.Made(select(Case.id).where(reach.visible_to(example)), reach.places(own))

        assert len(await mine.rows(session, **own)) == 1
        assert await mine.rows(session, **{name: value for name, value in own.items() if name != "account"}) == []


class TestMoreThanIsCounted:
    async def test_is_remembered_and_nothing_less(self, session: AsyncSession, county: County) -> None:
        numbers = [
            await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=seed) for seed in range(1, 4)
        ]
        asked = listing._Asked(county["center"], CaseFilter(), MORNING)

        assert await listing._count(session, asked, 9) == len(numbers)
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=4)
        assert await listing._count(session, asked, 9) == len(numbers) + 1
        assert await listing._count(session, asked, 2) == 2

    async def test_holds_for_its_reader_alone(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        counts = []
        for login in ("rsj", "zjj"):
            asked = listing._Asked(county[login], CaseFilter(view="ours"), MORNING)
            counts.append(await listing._count(session, asked, 1))

        assert counts == [1, 0]
