"""The county's sums of figures: brought up to date all the time, proved against the cases every night."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app import causes
from app.tasks import stopped
from domain.kernel import marks
from domain.kernel.clock import SHANGHAI
from domain.kernel.unit_of_work import unit_of_work
from domain.statistics import operations
from state.clock import now

PAUSE = 1.0
"""Seconds between two looks at what changed; figures are those of the moment all the same."""
RETRY = 5.0
NIGHT = range(1, 5)
"""Hours of the day (Asia/Shanghai) in which they are proved, or at any hour when that was missed."""
EVERY, LATEST = timedelta(hours=20), timedelta(hours=36)
PROVED = "figures.proved"
_log = structlog.get_logger(__name__)


async def run_figures(stop: asyncio.Event, *, clock: Callable[[], datetime] = now, pause: float = PAUSE) -> None:
    """Keep the sums until told to stop; a failure is logged and tried again."""
    while not stop.is_set():
        rest = pause
        try:
            if await bring_up() < operations.BATCH and await due(at=clock()):
                await prove(at=clock())
        except Exception:  # noqa: BLE001 - the database may be away for a while; the job must outlive it
            causes.log("figures.failed")
            rest = RETRY
        await stopped(stop, rest)


async def bring_up() -> int:
    """Work off what changed, and answer how much the last piece was."""
    while True:
        async with unit_of_work() as session:
            done = await operations.bring_up(session)
        if done < operations.BATCH:
            return done


async def due(*, at: datetime) -> bool:
    """Tell whether it is time to prove them."""
    async with unit_of_work() as session:
        last = (await (await session.connection()).run_sync(marks.all_of, PROVED)).get(PROVED)
    age = at - datetime.fromisoformat(last) if last else LATEST
    return age >= LATEST or (age >= EVERY and at.astimezone(SHANGHAI).hour in NIGHT)


async def prove(*, at: datetime) -> int:
    """Prove them once, and answer how much was wrong and is right now."""
    async with unit_of_work() as session:
        wrong = await operations.prove(session, at=at)
        await (await session.connection()).run_sync(marks.note, {PROVED: at.isoformat()})
    await bring_up()
    if wrong:
        _log.error("figures.mended", wrong=wrong)
    return wrong
