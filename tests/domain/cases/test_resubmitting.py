"""A case sent back: only with a change it returns; a result of the city is not sent back to nobody."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing, reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid
from tests.support import county as support
from tests.support.county import MORNING, County


async def _sent_back(session: AsyncSession, county: County) -> str:
    number = await support.bring_to(session, county, (Action.SUBMIT,), at=MORNING)
    await support.step(session, county["center"], number, Action.SEND_BACK, at=MORNING, opinion="请补充合同")
    return number


async def test_nothing_changed_is_refused(session: AsyncSession, county: County) -> None:
    number = await _sent_back(session, county)

    with pytest.raises(Invalid, match="没有任何修改"):
        await support.step(session, county["registrar"], number, Action.RESUBMIT, at=MORNING)


async def test_it_returns_to_who_sent_it_back(session: AsyncSession, county: County) -> None:
    number = await _sent_back(session, county)

    done = await support.step(
        session, county["registrar"], number, Action.RESUBMIT, at=MORNING, content="补充：已附劳动合同与考勤记录。"
    )

    case = await reach.find(session, county["center"], number)
    assert (done.status, case.sent_back_by) == (Status.TO_DISPATCH, county["center"].account_id)


async def test_a_city_s_result_is_not_sent_to_nobody(session: AsyncSession, county: County) -> None:
    city = system_actor(Role.CITY)
    number = await support.bring_to(session, county, (Action.SUBMIT,), at=MORNING)
    await support.step(
        session, county["center"], number, Action.ESCALATE_TO_CITY, at=MORNING, opinion="外县", target_area="临江县"
    )
    await support.step(session, city, number, Action.CITY_RESULT, at=MORNING, result="已调解")

    with pytest.raises(ActionNotAllowed, match="市平台"):
        await support.step(session, county["center"], number, Action.REJECT_RESULT, at=MORNING, opinion="不实")
    todo = await listing.search(session, county["center"], CaseFilter(view="todo"), at=MORNING)
    assert [row.number for row in todo.items] == [number]
