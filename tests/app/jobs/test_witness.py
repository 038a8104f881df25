"""A clock that is not believed stops what runs by it; a clock put right, or vouched for, starts it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select
from sqlmodel import col

from app import causes
from app.jobs import audit, clock, relay, retention, witness
from app.settings import Settings
from domain.audit.models import AuditAlarm, JournalAnchor
from domain.audit.schemas import AlarmKind
from domain.calendar.models import Deadline
from domain.kernel import outbox, unit_of_work
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.permissions import Role
from domain.supervision.models import Breach
from tests.support import county as support
from tests.support.county import MAIN_LINE, County

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("county")


class Clocks:
    """A machine whose clock can be set, and whose running seconds cannot."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)
        self.seconds = 0.0
        self.set = timedelta()

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds) + self.set

    def steady(self) -> float:
        return 5000.0 + self.seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
def watch(settings: Settings, clocks: Clocks) -> witness.Watch:
    return witness.Watch(settings, clock=clocks.now, steady=clocks.steady)


async def alarms() -> list[str]:
    async with unit_of_work.unit_of_work() as session:
        query = select(AuditAlarm).where(col(AuditAlarm.kind) == AlarmKind.CLOCK)
        return [one.detail["fault"] for one in await session.scalars(query)]


async def count(table: type) -> int:
    async with unit_of_work.unit_of_work() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_day_ahead_is_held_until_the_clock_is_right_again(watch: witness.Watch, clocks: Clocks) -> None:
    assert await watch.look() == ""
    clocks.seconds, clocks.set = 30, DAY
    assert not watch.believed()
    assert await watch.look()
    assert causes.Cause.CLOCK in causes.lasting()
    assert await alarms() == [watch.held]

    clocks.seconds, clocks.set = 60, timedelta()
    assert not watch.believed(), "the last look doubted"
    assert await watch.look() == ""
    assert watch.believed()


async def test_the_alarm_is_not_dated_into_the_future(watch: witness.Watch, clocks: Clocks) -> None:
    await watch.look()
    clocks.set = DAY
    await watch.look()
    async with unit_of_work.unit_of_work() as session:
        assert (await session.scalars(select(col(AuditAlarm.at)))).one() <= clocks.began + timedelta(minutes=1)


async def test_the_log_is_told_once_a_minute(watch: witness.Watch, clocks: Clocks) -> None:
    await watch.look()
    clocks.set = DAY
    with structlog.testing.capture_logs() as told:
        for second in range(0, 180, 15):
            clocks.seconds = second
            await watch.look()
    assert len([line for line in told if line["event"] == "clock.held"]) == 3
    assert len(await alarms()) == 1


async def test_looks_at_the_same_time_keep_the_reading_and_nothing_else(
    watch: witness.Watch, settings: Settings
) -> None:
    with structlog.testing.capture_logs() as told:
        for _ in range(10):
            await asyncio.gather(*(watch.look() for _ in range(8)))
    assert [line["event"] for line in told] == []
    assert [path.name for path in settings.data.iterdir()] == [witness.FILE]


async def test_a_restart_does_not_forget_the_doubt(watch: witness.Watch, settings: Settings, clocks: Clocks) -> None:
    await watch.look()
    clocks.set = DAY
    again = witness.Watch(settings, clock=clocks.now, steady=clocks.steady)
    assert not again.believed()
    assert await again.look()


async def test_an_operator_vouches_for_it_and_every_process_believes_it(
    watch: witness.Watch, settings: Settings, clocks: Clocks
) -> None:
    await watch.look()
    clocks.set = -DAY
    assert await watch.look()
    command = witness.Watch(settings, clock=clocks.now, steady=clocks.steady)
    await command.confirm(system_actor(Role.SYSADMIN, origin="命令行"), "已与标准时间核对")

    assert await watch.look() == ""
    async with unit_of_work.unit_of_work() as session:
        line = (await session.scalars(select(JournalEntry).order_by(col(JournalEntry.seq).desc()))).first()
    assert line
    assert (line.action, line.detail["reason"]) == ("clock.confirm", "已与标准时间核对")


async def test_a_first_start_with_a_clock_before_the_last_line(watch: witness.Watch, clocks: Clocks) -> None:
    clocks.set = -4000 * DAY
    assert await watch.look()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"machine": "x"}', '{"machine": 1, "steady": "x"}'])
async def test_a_spoilt_file_is_as_none(settings: Settings, clocks: Clocks, content: str) -> None:
    (settings.data / witness.FILE).write_text(content)
    assert await witness.Watch(settings, clock=clocks.now, steady=clocks.steady).look() == ""


async def test_a_full_disk_does_not_stop_the_clock(tmp_path: Path, clocks: Clocks) -> None:
    gone = Settings(_env_file=None, data_dir=tmp_path / "gone")  # type: ignore[call-arg]
    watch = witness.Watch(gone, clock=clocks.now, steady=clocks.steady)
    assert await watch.look() == ""
    clocks.set = DAY
    assert not watch.believed()
    assert await watch.look()


class TestTheJobs:
    """Each job that runs by time stands still, and nothing it would have written is there."""

    async def run(self, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        stop = asyncio.Event()
        task = asyncio.ensure_future(work(stop))
        await asyncio.sleep(1.2)
        stop.set()
        await task

    async def test_of_breaches(self, county: County, watch: witness.Watch, clocks: Clocks) -> None:
        async with unit_of_work.unit_of_work() as session:
            await support.bring_to(session, county, MAIN_LINE[:2], at=clocks.now())
        assert await count(Deadline)
        await watch.look()
        clocks.set = 30 * DAY
        await self.run(lambda stop: clock.run_clock(stop, clock=clocks.now, pause=0.1, watch=watch))
        assert await count(Breach) == 0

        await self.run(lambda stop: clock.run_clock(stop, clock=clocks.now, pause=0.1))
        assert await count(Breach) > 0

    async def test_of_messages(self, watch: witness.Watch, clocks: Clocks, settings: Settings) -> None:
        async with unit_of_work.unit_of_work() as session:
            outbox.publish(session, "case.nobody", new_id(), {}, at=clocks.now())
        await watch.look()
        clocks.set = DAY
        await self.run(lambda stop: relay.run_relay(stop, settings, clock=clocks.now, watch=watch))
        assert await self.undone() == 1
        clocks.set = timedelta()
        await self.run(lambda stop: relay.run_relay(stop, settings, clock=clocks.now, watch=watch))
        assert await self.undone() == 0

    async def undone(self) -> int:
        async with unit_of_work.unit_of_work() as session:
            query = select(func.count()).select_from(OutboxMessage).where(col(OutboxMessage.done_at).is_(None))
            return await session.scalar(query) or 0

    async def test_of_retention(self, watch: witness.Watch, clocks: Clocks, settings: Settings) -> None:
        ledger = retention.ledger_of(settings)
        await watch.look()
        before = await count(JournalEntry)
        clocks.set = 20_000 * DAY
        await self.run(lambda stop: retention.run_retention(stop, settings, clock=clocks.now, watch=watch))
        assert (await count(JournalEntry), ledger.exists()) == (before, False)

    async def test_of_anchors(self, watch: witness.Watch, clocks: Clocks) -> None:
        await watch.look()
        clocks.set = DAY
        await self.run(lambda stop: audit.run_audit(stop, clock=clocks.now, pause=0.1, watch=watch))
        assert await count(JournalAnchor) == 0


async def test_a_message_that_a_wrong_clock_dated_a_day_ahead_is_sent_today() -> None:
    at = datetime.now(UTC)
    async with unit_of_work.unit_of_work() as session:
        outbox.publish(session, "case.nobody", new_id(), {}, at=at + DAY)
        outbox.publish(session, "case.nobody", new_id(), {}, at=at)
    async with unit_of_work.unit_of_work() as session:
        assert len(await outbox.take_due(session, at=at)) == 2
