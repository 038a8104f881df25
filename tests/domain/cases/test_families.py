"""Parents and children: a parent cannot close while a child is open."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.operations import family
from domain.cases.queries import detail
from domain.cases.vocabulary import Action, Status
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def _pair(session: AsyncSession, county: County, road: tuple[Action, ...] = MAIN_LINE[:1]) -> tuple[str, str]:
    parent = await support.bring_to(session, county, road, at=MORNING, seed=1)
    child = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
    await family.adopt(session, county["center"], child=child, parent=parent, at=MORNING)
    return parent, child


class TestParent:
    async def test_cannot_be_confirmed_while_a_child_is_open(self, session: AsyncSession, county: County) -> None:
        parent, child = await _pair(session, county, MAIN_LINE[:-1])

        with pytest.raises(ActionNotAllowed, match="子案件"):
            await support.main_step(session, county, parent, Action.CONFIRM, at=MORNING)

        await support.step(
            session, county["center"], child, Action.CLOSE_DIRECTLY, at=MORNING, opinion="已当面解释", result="已解决"
        )
        done = await support.main_step(session, county, parent, Action.CONFIRM, at=MORNING)
        assert done.status is Status.CLOSED

    @pytest.mark.parametrize("action", [Action.CLOSE_DIRECTLY, Action.WITHDRAW_BY_PETITIONER])
    async def test_cannot_be_ended_otherwise_either(
        self, session: AsyncSession, county: County, action: Action
    ) -> None:
        parent, _ = await _pair(session, county)

        with pytest.raises(ActionNotAllowed, match="子案件"):
            await support.step(session, county["center"], parent, action, at=MORNING, opinion="结案", result="已解决")

    async def test_shows_its_children(self, session: AsyncSession, county: County) -> None:
        parent, child = await _pair(session, county)

        assert [c.number for c in (await detail.get(session, county["center"], parent, at=MORNING)).children] == [child]
        assert [c.number for c in (await detail.get(session, county["center"], child, at=MORNING)).parent] == [parent]

    async def test_lets_go_of_a_child(self, session: AsyncSession, county: County) -> None:
        parent, child = await _pair(session, county, MAIN_LINE[:-1])

        await family.release(session, county["center"], child=child, at=MORNING)

        done = await support.main_step(session, county, parent, Action.CONFIRM, at=MORNING)
        assert done.status is Status.CLOSED


class TestAdopt:
    async def test_goes_one_level_deep(self, session: AsyncSession, county: County) -> None:
        parent, child = await _pair(session, county)
        third = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=3)

        for young, old in ((third, child), (parent, third)):
            with pytest.raises(ActionNotAllowed, match="一层"):
                await family.adopt(session, county["center"], child=young, parent=old, at=MORNING)
        with pytest.raises(Invalid):
            await family.adopt(session, county["center"], child=third, parent=third, at=MORNING)

    async def test_is_for_the_centre(self, session: AsyncSession, county: County) -> None:
        parent, child = await _pair(session, county)

        with pytest.raises(NotPermitted):
            await family.release(session, county["leader"], child=child, at=MORNING)
        assert parent
