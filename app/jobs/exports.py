"""Exports beside the other jobs: what is over is let go, what waits is handed to a process of its own.

That process (`app.jobs.exporting`) computes at low priority and ends when nothing is left to do, so that neither people
nor other jobs wait for it, and nothing is held in memory meanwhile. It dies with this one.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app import causes
from app.jobs.witness import Watch
from app.tasks import stopped
from domain.exports import operations, queries
from domain.exports.models import State
from domain.kernel import parts
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

PAUSE = 1.0
"""Seconds between two looks for what was asked."""
CARE = timedelta(minutes=1)
"""How often what is over is let go."""
AGAIN = 5.0
"""Seconds until a process that failed is followed by another."""
MODULE = "app.jobs.exporting"
_log = structlog.get_logger(__name__)


async def run_exports(
    stop: asyncio.Event, *, clock: Callable[[], datetime] = now, pause: float = PAUSE, watch: Watch | None = None
) -> None:
    """Look after exports until told to stop; while the watch doubts the machine's clock nothing is let go."""
    cared: datetime | None = None
    while not stop.is_set():
        wait = pause
        try:
            if (watch is None or watch.believed()) and (cared is None or not timedelta() <= clock() - cared < CARE):
                await let_go(clock())
                cared = clock()
            async with unit_of_work() as session:
                due = await queries.due(session)
            if due and (status := await work(stop)):
                _log.error("exports.ended", status=status)
                wait = AGAIN
        except Exception:  # noqa: BLE001 - the database may be away for a while; the job must outlive it
            causes.log("exports.look_failed")
        await stopped(stop, wait)


async def let_go(at: datetime) -> None:
    """Destroy the keys of what is over, then delete all bytes that nobody can open; no process writes meanwhile."""
    async with unit_of_work() as session:
        await operations.let_go(session, at=at)
    async with unit_of_work() as session:
        kept = await queries.kept(session)
    done = [job_id for job_id, state in kept.items() if state is State.DONE]
    await asyncio.to_thread(parts.drop_all_but, kept, done)


async def work(stop: asyncio.Event) -> int:
    """Let a process work off what waits, and give its status; told to stop, it is killed and loses a part at most."""
    life, alive = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", MODULE, str(life), pass_fds=(life,))
        ended, asked = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())
        await asyncio.wait([ended, asked], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended.done():
            process.kill()
            await ended
            return 0
        return ended.result()
    finally:
        os.close(life)
        os.close(alive)
