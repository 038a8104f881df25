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

from app import causes
from app.jobs import failures
from app.jobs.witness import Watch
from app.tasks import stopped
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from domain.supervision import operations, queries
from domain.supervision.schemas import BreachView, Overdue
from state.clock import now

PAUSE = 30.0
"""Seconds between two looks."""
BATCH = 500
MOST = 100_000
"""What a rehearsal looks at: more than a county has open."""
ACTOR = system_actor(Role.CLOCK, origin="系统时钟")

_log = structlog.get_logger(__name__)


async def run_clock(
    stop: asyncio.Event,
    *,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
    watch: Watch | None = None,
) -> None:
    """Look for breaches until told to stop; a failed look is logged and tried again.

    Many are written in sets. Before each the witnesses are asked: while the watch doubts the machine's clock nothing
    is looked for.
    """
    while not stop.is_set():
        more = False
        try:
            doubted = watch is not None and await watch.look()
            found, more = ([], False) if doubted else await _run_set(clock(), stop)
            if found:
                _log.info("clock.found", breaches=len(found))
        except Exception:  # noqa: BLE001 - the database may be away for a while; the clock must outlive it
            causes.log("clock.look_failed")
        if not more:
            await stopped(stop, pause)


async def run_once(at: datetime) -> list[BreachView]:
    """Write every breach there is at a moment, and answer those it wrote.

    Cases that somebody is changing meanwhile are left to the next look.
    """
    written, more = await _run_set(at)
    while more:
        found, more = await _run_set(at)
        written += found
    return written


async def _run_set(at: datetime, stop: asyncio.Event | None = None) -> tuple[list[BreachView], bool]:
    """Write the oldest breaches there are, up to `BATCH` or until told to stop; tell whether there may be more."""
    async with unit_of_work() as session:
        due = await queries.overdue(session, ACTOR, at=at, limit=BATCH)
    found: list[BreachView] = []
    for overdue in due:
        if stop and stop.is_set():
            break
        if one := await _strike(overdue, at):
            found.append(one)
    return found, bool(found) and len(due) >= BATCH


class _Rehearsed(Exception):
    """Takes back what was only tried."""


async def rehearse(at: datetime) -> list[BreachView]:
    """Tell which breaches would be written at a moment, by writing each and taking it back."""
    async with unit_of_work() as session:
        due = await queries.overdue(session, ACTOR, at=at, limit=MOST)
    return [one for one in [await _try(overdue, at) for overdue in due] if one]


async def _try(overdue: Overdue, at: datetime) -> BreachView | None:
    found = None
    with contextlib.suppress(_Rehearsed):
        async with unit_of_work() as session:
            found = await operations.strike(session, ACTOR, deadline_id=overdue.deadline_id, level=overdue.level, at=at)
            raise _Rehearsed
    return found


async def void(actor: Actor, *, since: datetime, until: datetime, reason: str, at: datetime) -> list[BreachView]:
    """Void the breaches that were written in `[since, until)`, each case in a unit of work of its own."""
    async with unit_of_work() as session:
        found = await queries.found_in(session, actor, since=since, until=until)
    voided: list[BreachView] = []
    for number in dict.fromkeys(one.number for one in found):
        async with unit_of_work() as session:
            voided += await operations.void(
                session, actor, number=number, since=since, until=until, reason=reason, at=at
            )
    return voided


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
