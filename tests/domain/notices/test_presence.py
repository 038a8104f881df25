"""Who has a case open: by heartbeats, within reach, gone after silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.refusals import NotFound
from domain.notices import operations, queries
from domain.notices.models import CasePresence
from domain.notices.rules import PRESENT_FOR
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


@pytest_asyncio.fixture(loop_scope="session")
async def number(session: AsyncSession, county: County) -> str:
    return await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)


async def names(session: AsyncSession, county: County, login: str, number: str, after: timedelta) -> list[str]:
    seen = await queries.others(session, county[login], number=number, at=MORNING + after)
    return [str(one) for one in seen]


async def test_the_others_see_who_came_and_nobody_sees_oneself(
    session: AsyncSession, county: County, number: str
) -> None:
    for client in ("one", "two"):
        await operations.enter(session, county["rsj"], number=number, client=client, at=MORNING)
    await operations.enter(session, county["center"], number=number, client="three", at=MORNING)

    rsj = f"{county['rsj'].name}（人力资源和社会保障局）"
    assert await names(session, county, "center", number, timedelta(0)) == [rsj]
    assert await names(session, county, "rsj", number, timedelta(0)) == [f"{county['center'].name}（县综治中心）"]


async def test_a_page_that_leaves_is_gone_but_not_the_persons_other_page(
    session: AsyncSession, county: County, number: str
) -> None:
    for client in ("one", "two"):
        await operations.enter(session, county["rsj"], number=number, client=client, at=MORNING)
    await operations.leave(session, county["rsj"], number=number, client="one")
    assert len(await names(session, county, "center", number, timedelta(0))) == 1
    await operations.leave(session, county["rsj"], number=number, client="two")
    assert await names(session, county, "center", number, timedelta(0)) == []


async def test_silence_ends_it_and_a_heartbeat_keeps_it(session: AsyncSession, county: County, number: str) -> None:
    await operations.enter(session, county["rsj"], number=number, client="one", at=MORNING)
    assert await names(session, county, "center", number, PRESENT_FOR)
    assert not await names(session, county, "center", number, PRESENT_FOR + timedelta(seconds=1))

    await operations.enter(session, county["rsj"], number=number, client="one", at=MORNING + PRESENT_FOR)
    assert await names(session, county, "center", number, PRESENT_FOR + timedelta(seconds=30))


async def test_nobody_enters_or_looks_out_of_reach(session: AsyncSession, county: County, number: str) -> None:
    with pytest.raises(NotFound):
        await operations.enter(session, county["zjj"], number=number, client="one", at=MORNING)
    with pytest.raises(NotFound):
        await queries.others(session, county["zjj"], number=number, at=MORNING)


async def test_what_has_gone_is_dropped(session: AsyncSession, county: County, number: str) -> None:
    await operations.enter(session, county["rsj"], number=number, client="one", at=MORNING)
    await operations.forget(session, at=MORNING + PRESENT_FOR + timedelta(seconds=1))
    assert await session.scalar(select(func.count()).select_from(CasePresence)) == 0
