"""The bell by case: one entry for each case, its newest sentence first, read together, counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.queries import reach
from domain.kernel.ids import new_id
from domain.notices import operations, queries
from domain.notices.models import Notice
from domain.notices.schemas import Bell
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def cases(session: AsyncSession, county: County, count: int) -> list[tuple[UUID, str]]:
    """Cases that wait for rsj, with id and number; what was told of them on the way stays in the outbox."""
    numbers = [
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING, seed=seed + 1) for seed in range(count)
    ]
    return [((await reach.find(session, county["center"], number)).id, number) for number in numbers]


async def tell(
    session: AsyncSession,
    county: County,
    case: tuple[UUID, str],
    minute: int,
    head: str,
    *logins: str,
    act: UUID | None = None,
) -> None:
    message, text, at = act or new_id(), f"{head}：{case[1]}", MORNING + timedelta(minutes=minute)
    accounts = [county[login].account_id for login in logins or ("rsj",)]
    await operations.tell(session, [Bell(message, one, *case, "dispatch", text, at) for one in accounts])


async def entries(session: AsyncSession, county: County, login: str = "rsj") -> list[tuple[str, str, int, bool]]:
    """Number, what the newest is about, how many more, and whether anything is unread."""
    shown = await queries.newest(session, county[login])
    return [(one.number, one.text.split("：")[0], len(one.more), one.unread) for one in shown]


async def test_a_case_is_one_entry_with_its_newest_sentence_first(session: AsyncSession, county: County) -> None:
    a, b = await cases(session, county, 2)
    for minute, case, head in ((1, a, "待接收"), (2, b, "待接收"), (3, a, "催办"), (4, b, "催办"), (5, a, "黄牌督办")):
        await tell(session, county, case, minute, head)

    assert await entries(session, county) == [(a[1], "黄牌督办", 2, True), (b[1], "催办", 1, True)]
    assert await queries.unread_count(session, county["rsj"]) == 2
    first = (await queries.newest(session, county["rsj"]))[0]
    assert [one.text.split("：")[0] for one in first.more] == ["催办", "待接收"]


async def test_opening_an_entry_reads_the_whole_case_and_no_other(session: AsyncSession, county: County) -> None:
    a, b = await cases(session, county, 2)
    for minute, case in ((1, a), (2, b), (3, a)):
        await tell(session, county, case, minute, "催办", "rsj", "rsj_head")
    first = (await queries.newest(session, county["rsj"]))[0]

    assert await operations.mark_read(session, county["rsj"], ids=[first.id], at=MORNING) == 2

    assert await entries(session, county) == [(a[1], "催办", 1, False), (b[1], "催办", 0, True)]
    assert await queries.unread_count(session, county["rsj"]) == 1
    assert await queries.unread_count(session, county["rsj_head"]) == 2
    assert await operations.mark_read(session, county["rsj"], ids=[first.id], at=MORNING) == 0


async def test_what_comes_after_the_reading_makes_the_case_unread_once(session: AsyncSession, county: County) -> None:
    (a,) = await cases(session, county, 1)
    await tell(session, county, a, 1, "待接收")
    await operations.mark_read(session, county["rsj"], at=MORNING)
    for minute, head in ((2, "催办"), (3, "领导批示")):
        await tell(session, county, a, minute, head)
    assert await entries(session, county) == [(a[1], "领导批示", 2, True)]
    assert await queries.unread_count(session, county["rsj"]) == 1


async def test_an_unread_older_notice_keeps_its_case_unread(session: AsyncSession, county: County) -> None:
    (a,) = await cases(session, county, 1)
    await tell(session, county, a, 1, "催办")
    await tell(session, county, a, 2, "已接收")
    newest = (await session.scalars(select(Notice).order_by(col(Notice.at).desc()))).first()
    assert newest is not None
    newest.read_at = MORNING
    await session.flush()
    assert await entries(session, county) == [(a[1], "已接收", 1, True)]
    assert await queries.unread_count(session, county["rsj"]) == 1


async def test_an_act_on_many_cases_is_one_entry_for_each(session: AsyncSession, county: County) -> None:
    found = await cases(session, county, 3)
    for case in found:
        await tell(session, county, case, 1, "催办")
    assert sorted(await entries(session, county)) == sorted((number, "催办", 0, True) for _, number in found)
    assert await queries.unread_count(session, county["rsj"]) == 3


async def test_one_act_told_to_a_person_and_to_whom_the_person_stands_for_is_one(
    session: AsyncSession, county: County
) -> None:
    (a,) = await cases(session, county, 1)
    await tell(session, county, a, 1, "待接收", "rsj", "rsj_head", act=uuid4())
    deputy = replace(county["rsj"], stands_for=county["rsj_head"].account_id)
    (only,) = await queries.newest(session, deputy)
    assert (only.more, only.unread) == ((), True)
    assert await queries.unread_count(session, deputy) == 1
    assert await operations.mark_read(session, deputy, ids=[only.id], at=MORNING) == 2


async def test_the_limit_counts_cases(session: AsyncSession, county: County) -> None:
    found = await cases(session, county, 3)
    for minute in range(9):
        await tell(session, county, found[minute % 3], minute, "催办")
    shown = await queries.newest(session, county["rsj"], limit=2)
    assert [(one.number, len(one.more)) for one in shown] == [(found[2][1], 2), (found[1][1], 2)]


async def test_an_id_of_somebody_elses_notice_reads_nothing(session: AsyncSession, county: County) -> None:
    (a,) = await cases(session, county, 1)
    await tell(session, county, a, 1, "催办", "rsj", "rsj_head")
    theirs = [one.id for one in await queries.newest(session, county["rsj_head"])]
    assert await operations.mark_read(session, county["rsj"], ids=theirs, at=MORNING) == 0
    assert await queries.unread_count(session, county["rsj"]) == 1
