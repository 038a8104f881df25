"""The morning brief: made at its hour on every working day, each kind of reader in a unit of work of its own.

What was made stands in the database: a morning that was missed is made up until the day ends, and none is made twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time

import structlog

from app import causes
from app.jobs import failures
from app.jobs.witness import Watch
from app.tasks import stopped
from domain.briefs import operations, queries, rules
from domain.calendar import queries as calendar
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

PAUSE = 30.0
"""Seconds between two looks."""

_log = structlog.get_logger(__name__)


async def run_briefs(
    stop: asyncio.Event,
    hour: time | None,
    *,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
    watch: Watch | None = None,
) -> None:
    """Make the day's briefs until told to stop; a failed look is logged and tried again.

    :param hour: from when on in Asia/Shanghai; none: never
    """
    if hour is None:
        return
    done: date | None = None
    # the clock looks first: what passed while the product stood still is a breach before it is counted
    await stopped(stop, pause)
    while not stop.is_set():
        try:
            if watch is None or watch.believed():
                done = await run_once(clock(), hour, done)
        except Exception:  # noqa: BLE001 - the database may be away for a while; the briefs must outlive it
            causes.log("briefs.look_failed")
        await stopped(stop, pause)


async def run_once(at: datetime, hour: time, done: date | None = None) -> date | None:
    """Make what is due at a moment, unless it is of the day that is done, and give the day that is done then."""
    async with unit_of_work() as session:
        day = rules.due_on(at, hour, await calendar.calendar_of(session))
        if day is None or day == done:
            return done
        kinds = await queries.receivers(session, at=at)
    whole, told = True, 0
    for readers in kinds.values():
        try:
            async with unit_of_work() as session:
                brief = await operations.make(session, readers[0], day=day, at=at)
                told += await operations.tell(session, brief, readers, at=at)
        except Exception:  # noqa: BLE001 - whatever it was is noted, the others are told, and the next look tries again
            failures.note("briefs.make_failed", "每日晨报", account_id=str(readers[0].account_id))
            whole = False
    if told:
        _log.info("briefs.told", day=str(day), readers=told)
    return day if whole else done
