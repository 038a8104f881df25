"""The audit's clock: an anchor for each minute in which lines were sealed, an alarm for lines that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.jobs import audit
from app.jobs.sealer import run_sealer, seal_rest
from domain.audit.models import AuditAlarm
from domain.audit.schemas import AlarmKind
from domain.kernel import anchors, journal
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from tests.support.county import MORNING

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Generator[Path]:
    """Keep the anchors of a test in a folder of its own."""
    anchors.use(tmp_path)
    yield tmp_path
    anchors._Holder.path = None


async def line() -> int:
    async with unit_of_work() as session:
        actor = system_actor(Role.CLOCK, origin="测试")
        return (await journal.record(session, actor, "test.act", "case", new_id(), at=MORNING)).seq


async def kinds() -> list[AlarmKind]:
    async with unit_of_work() as session:
        return list(await session.scalars(select(AuditAlarm.kind)))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 - what is waited for lies in a file or in the database
            await asyncio.sleep(0.01)


@dataclass
class Clock:
    """A clock that a test moves on."""

    at: datetime = MORNING

    def __call__(self) -> datetime:
        return self.at


class TestLinesThatWait:
    async def test_from_one_look_to_the_next_raise_an_alarm_once(self, ground: AsyncEngine) -> None:
        await line()
        waiting = await audit.look_at_unsealed(None, MORNING)
        assert await kinds() == []
        await line()
        for _ in range(3):
            await audit.look_at_unsealed(waiting, MORNING)
        assert await kinds() == [AlarmKind.UNSEALED]

    async def test_and_were_sealed_meanwhile_raise_none(self, ground: AsyncEngine) -> None:
        await line()
        waiting = await audit.look_at_unsealed(None, MORNING)
        await seal_rest()
        newer = await line()

        assert await audit.look_at_unsealed(waiting, MORNING) == newer
        assert await kinds() == []


class TestAnchors:
    async def test_are_made_each_minute_in_which_lines_were_sealed(self, own_engine: AsyncEngine) -> None:
        stop, clock = asyncio.Event(), Clock()
        await line()
        await seal_rest()
        job = asyncio.create_task(audit.run_audit(stop, clock=clock, pause=0.01))
        for count in (1, 2, 3):
            await until(lambda count=count: self._are(count))
            await line()
            await seal_rest()
            # the minute comes last: one without a line yet would be over for it
            clock.at += 2 * MINUTE
            if count == 1:
                clock.at += 2 * MINUTE
        await until(lambda: self._are(4))
        stop.set()
        await job

        assert [one.place for one in anchors.read()[0]] == [1, 2, 3, 4]

    async def test_are_none_while_nothing_is_sealed(self, own_engine: AsyncEngine) -> None:
        await line()
        await seal_rest()
        for minute in range(3):
            await audit.anchor(MORNING + minute * MINUTE)
        assert len(anchors.read()[0]) == 1

    async def _are(self, count: int) -> bool:
        return len(anchors.read()[0]) == count


class TestACommand:
    async def test_waits_for_the_process_that_seals(self, own_engine: AsyncEngine, database_url: str) -> None:
        stop = asyncio.Event()
        job = asyncio.create_task(run_sealer(stop, database_url))
        seq = await line()
        async with asyncio.timeout(60):
            await seal_rest()
            made = await audit.anchor(MORNING)
        stop.set()
        await job
        assert made is not None
        assert (seq, made.place) == (1, 1)
