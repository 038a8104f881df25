"""The clock: finds what passed yellow or red, and writes each breach in a unit of work of its own.

What is written is what stands in the database: a clock that was away goes on where it was,
and several clocks at once write each breach once. See `domain.supervision`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

import structlog

from app.jobs import failures
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from domain.supervision import operations, queries
from domain.supervision.schemas import BreachView, Overdue
from state.clock import now

PAUSE = 30.0
"""Seconds between two looks."""
BATCH = 500
ACTOR = system_actor(Role.CLOCK, origin="系统时钟")

_log = structlog.get_logger(__name__)


async def run_clock(stop: asyncio.Event, *, clock: Callable[[], datetime] = now, pause: float = PAUSE) -> None:
    """This function will look for breaches until it is told to stop; a failed look is logged and tried again."""
    while not stop.is_set():
        try:
            found = await run_once(clock())
            if found:
                _log.info("clock.found", breaches=len(found))
        except Exception:  # noqa: BLE001 - the database may be away for a while; the clock must outlive it
            _log.exception("clock.look_failed")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def run_once(at: datetime) -> list[BreachView]:
    """This function will write every breach there is at a moment, and answer those it wrote.

    Cases that somebody is changing meanwhile are left to the next look.
    """
    written: list[BreachView] = []
    while True:
        async with unit_of_work() as session:
            due = await queries.overdue(session, ACTOR, at=at, limit=BATCH)
        found = [one for one in [await _strike(overdue, at) for overdue in due] if one]
        written += found
        if not found or len(due) < BATCH:
            return written


async def _strike(overdue: Overdue, at: datetime) -> BreachView | None:
    """One that fails is noted and does not keep the others waiting."""
    try:
        async with unit_of_work() as session:
            return await operations.strike(session, ACTOR, deadline_id=overdue.deadline_id, level=overdue.level, at=at)
    except Exception:  # noqa: BLE001 - whatever it was is noted, and the next look tries again
        failures.note(
            "clock.strike_failed", "超时登记", deadline_id=str(overdue.deadline_id), level=overdue.level.value
        )
        return None
