"""Cases that stop and go on: reopened ones begin anew, legacy ones stand still."""

from __future__ import annotations

from datetime import timedelta

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.cases.queries import reach
from domain.cases.vocabulary import Action
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def test_a_reopened_case_can_be_rated_again(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
    case = await reach.find(session, county["center"], number)
    petitioner = system_actor(Role.PETITIONER, only_case=case.id)
    await support.step(session, petitioner, number, Action.RATE, at=MORNING, satisfaction=1)

    await support.step(
        session, county["center"], number, Action.REOPEN, at=MORNING, opinion="尚未落实", department="rsj"
    )
    for action in MAIN_LINE[2:]:
        await support.main_step(session, county, number, action, at=MORNING)
    await support.step(session, petitioner, number, Action.RATE, at=MORNING + timedelta(hours=1), satisfaction=5)

    assert case.satisfaction is not None
    assert case.satisfaction.points == 5


async def test_a_legacy_case_starts_no_running_clock(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    case = await reach.find(session, county["center"], number)
    await support.step(session, county["center"], number, Action.TOGGLE_LEGACY, at=MORNING, opinion="历史遗留")

    await support.main_step(session, county, number, Action.ACCEPT, at=MORNING + timedelta(hours=1))

    assert all(clock.paused_at for clock in await calendar.running(session, [case.id]))
    assert case.due_at is None
