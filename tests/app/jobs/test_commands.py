"""The commands of the clock and the queue, on a database with real commits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.cli import clock as commands
from app.cli import common, jobs
from app.jobs import clock
from domain.calendar.operations import seed_years
from domain.cases.models import Case
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.notices.models import Notice
from domain.supervision.models import Breach
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

LATE = MORNING + timedelta(hours=50)


async def test_what_was_found_is_printed_by_number(county: County, capsys: pytest.CaptureFixture[str]) -> None:
    async with unit_of_work() as session:
        await seed_years(session, [2026])
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

    commands.tell(await clock.run_once(LATE))

    assert capsys.readouterr().out.splitlines() == [
        f"{number}  接收  黄牌督办  时限 2026-11-19 09:00",
        f"{number}  接收  红牌督办  时限 2026-11-20 09:00",
        "本次记录超时 2 个",
    ]


async def content() -> dict[str, list[str]]:
    """Give the rows of everything a breach could write."""
    async with unit_of_work() as session:
        return {
            table.__name__: sorted(repr(row) for row in await session.scalars(select(table)))
            for table in (Breach, Case, JournalEntry, OutboxMessage, Notice)
        }


async def test_a_rehearsal_finds_what_would_be_written_and_writes_nothing(county: County) -> None:
    async with unit_of_work() as session:
        await seed_years(session, [2026])
        for seed in range(3):
            await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING, seed=seed)
    before = await content()

    tried = await clock.rehearse(LATE)
    assert await content() == before
    written = await clock.run_once(LATE)
    assert [(one.number, one.link, one.level) for one in tried] == [
        (one.number, one.link, one.level) for one in written
    ]
    assert await clock.rehearse(LATE) == []


async def test_failed_messages_go_back_by_topic_and_moment(county: County) -> None:
    async with unit_of_work() as session:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await session.execute(update(OutboxMessage).values(failed_at=LATE, attempts=6, last_error="Retry"))

    assert await jobs._put_back("case.submit", LATE + timedelta(hours=1), LATE) == 0
    assert await jobs._put_back("case.submit", LATE, LATE) == 1
    assert await jobs._put_back("", None, LATE) >= 1

    async with unit_of_work() as session:
        messages = list(await session.scalars(select(OutboxMessage)))
        lines = list(await session.scalars(select(JournalEntry).where(col(JournalEntry.action) == "outbox.replay")))
    assert {(one.failed_at, one.attempts, one.next_try_at) for one in messages} == {(None, 0, LATE)}
    assert next(line.detail["messages"] for line in lines) == 1


def test_a_moment_without_zone_is_of_shanghai() -> None:
    assert common.moment("2026-11-23T08:00", "at") == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert common.moment("2026-11-23T08:00+00:00", "at") == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    with pytest.raises(Invalid, match="选项 --at 应为有效的日期和时间"):
        common.moment("昨天", "at")
