"""Merging a duplicate: nothing is lost, nothing goes on twice, and it can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.cases.inputs import CaseFilter
from domain.cases.operations import merge
from domain.cases.queries import actions, detail, listing, reach, views
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.tracking import queries as tracking
from tests.support import county as support
from tests.support.county import MORNING, County

SUBMIT, DISPATCH = (Action.SUBMIT,), (Action.SUBMIT, Action.DISPATCH)


async def _two(session: AsyncSession, county: County, road: tuple[Action, ...] = SUBMIT) -> tuple[str, str]:
    kept = await support.bring_to(session, county, road, at=MORNING, seed=1)
    return kept, await support.bring_to(session, county, SUBMIT, at=MORNING, seed=2)


async def _merge(session: AsyncSession, county: County, kept: str, merged: str, login: str = "center") -> None:
    await merge.merge(session, county[login], kept=kept, merged=merged, reason="同一件事重复登记", at=MORNING)


class TestMerge:
    async def test_sets_the_duplicate_aside(self, session: AsyncSession, county: County) -> None:
        kept, merged = await _two(session, county)

        await _merge(session, county, kept, merged)

        todo = await listing.search(session, county["center"], CaseFilter(view="todo"), at=MORNING)
        assert [row.number for row in todo.items] == [kept]
        assert (await views.count_views(session, county["center"], ("to_dispatch", "open"), at=MORNING)) == {
            "to_dispatch": 1,
            "open": 1,
        }
        whole = await detail.get(session, county["center"], kept, at=MORNING)
        assert [one.number for one in whole.merged] == [merged]

    async def test_refuses_every_step_on_the_duplicate(self, session: AsyncSession, county: County) -> None:
        kept, merged = await _two(session, county)
        await _merge(session, county, kept, merged)

        with pytest.raises(ActionNotAllowed, match=kept):
            await support.main_step(session, county, merged, Action.DISPATCH, at=MORNING)

        offered = await actions.of(session, county["center"], merged, at=MORNING)
        assert not any(view.allowed for view in offered)

    async def test_shows_its_petitioner_the_way_of_the_kept_case(self, session: AsyncSession, county: County) -> None:
        kept, merged = await _two(session, county)
        case = await reach.find(session, county["center"], merged)
        petitioner = system_actor(Role.PETITIONER, only_case=case.id)
        await _merge(session, county, kept, merged)
        for action in (Action.DISPATCH, Action.ACCEPT):
            await support.main_step(session, county, kept, action, at=MORNING)

        shown = await tracking.public_view(session, petitioner, at=MORNING)

        assert shown.number == merged
        assert shown.sentence.startswith("您的诉求已与同一事项合并办理。")
        assert "人力资源和社会保障局" in shown.sentence

    async def test_leaves_a_line_on_both(self, session: AsyncSession, county: County) -> None:
        kept, merged = await _two(session, county)

        await _merge(session, county, kept, merged)

        for number, other in ((kept, merged), (merged, kept)):
            line = (await detail.journal(session, county["center"], number))[0]
            assert line.label == "并案"
            assert f"相关案件：{other}" in line.notes

    @pytest.mark.parametrize("login", ["registrar", "rsj", "leader", "viewer"])
    async def test_is_for_the_centre(self, session: AsyncSession, county: County, login: str) -> None:
        kept, merged = await _two(session, county)

        with pytest.raises(NotPermitted):
            await _merge(session, county, kept, merged, login)

    async def test_never_takes_work_from_a_department(self, session: AsyncSession, county: County) -> None:
        working, waiting = await _two(session, county, DISPATCH)

        with pytest.raises(ActionNotAllowed, match="待接收"):
            await _merge(session, county, waiting, working)
        await _merge(session, county, working, waiting)

    async def test_makes_no_chains(self, session: AsyncSession, county: County) -> None:
        kept, merged = await _two(session, county)
        third = await support.bring_to(session, county, SUBMIT, at=MORNING, seed=3)
        await _merge(session, county, kept, merged)

        with pytest.raises(ActionNotAllowed):
            await _merge(session, county, merged, third)
        with pytest.raises(ActionNotAllowed):
            await _merge(session, county, third, kept)
        with pytest.raises(Invalid):
            await _merge(session, county, third, third)


class TestUndo:
    async def test_lets_the_duplicate_go_on_with_the_time_that_remained(
        self, session: AsyncSession, county: County
    ) -> None:
        kept, merged = await _two(session, county)
        case = await reach.find(session, county["center"], merged)
        before = (await calendar.running(session, [case.id]))[0].yellow_at
        await _merge(session, county, kept, merged)
        later = MORNING + timedelta(hours=3)

        await merge.undo(session, county["center"], number=merged, reason="不是同一件事", at=later)

        assert case.due_at == before + timedelta(hours=3)
        step = await support.main_step(session, county, merged, Action.DISPATCH, at=later)
        assert step.status is Status.TO_ACCEPT

    async def test_is_refused_for_a_case_that_is_not_merged(self, session: AsyncSession, county: County) -> None:
        kept, _ = await _two(session, county)

        with pytest.raises(ActionNotAllowed):
            await merge.undo(session, county["center"], number=kept, reason="误操作", at=MORNING)
