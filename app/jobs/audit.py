"""The audit's own clock: alarms are looked for, and the journal is anchored at the start, each minute and at every stop.

A journal that is shorter than an anchor says is not anchored again: that would hide the cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from app import causes
from app.jobs.sealer import seal_rest
from app.jobs.witness import Watch
from app.tasks import stopped
from domain.audit import operations
from domain.audit.schemas import Source
from domain.kernel import anchors
from domain.kernel.actor import Actor
from domain.kernel.chain import Anchored
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

PAUSE = 10.0
"""Seconds between two looks: a line that waits for its place from one to the next has waited too long."""
EVERY = timedelta(minutes=1)
"""How often the file of anchors is told where the journal ends."""


async def run_audit(
    stop: asyncio.Event,
    *,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
    watch: Watch | None = None,
) -> None:
    """Look for alarms until told to stop; a failed look is logged and tried again.

    While the watch doubts the machine's clock nothing is anchored: an anchor is of a day.
    """
    anchored: datetime | None = None
    waiting: int | None = None
    while not stop.is_set():
        try:
            if watch is None or watch.believed():
                if anchored is None or not timedelta() <= clock() - anchored < EVERY:
                    await anchor(clock())
                    anchored = clock()
                await run_once(clock())
                waiting = await look_at_unsealed(waiting, clock())
        except Exception:  # noqa: BLE001 - the database may be away for a while; the audit must outlive it
            causes.log("audit.look_failed")
        await stopped(stop, pause)
    try:
        if watch is None or watch.believed():
            await anchor(clock())
    except Exception:  # noqa: BLE001 - the next start anchors anyway
        causes.log("audit.last_anchor_failed")


async def run_once(at: datetime) -> int:
    """Raise the alarms there are and anchor the journal if today's is missing."""
    async with unit_of_work() as session:
        due = await operations.due_for_anchor(session, at=at)
    if due:
        await anchor(at)
    async with unit_of_work() as session:
        return await operations.scan(session, at=at)


async def look_at_unsealed(waiting: int | None, at: datetime) -> int | None:
    """Raise an alarm if the line that waited for its place at the last look still does; answer which waits now.

    A line's own moment would not do: the demo writes lines of months ago.
    """
    async with unit_of_work() as session:
        if waiting and await operations.is_unsealed(session, waiting):
            await operations.raise_unsealed(session, waiting, at=at)
        return await operations.newest_unsealed(session)


async def note_restore(actor: Actor, source: Source, *, at: datetime, elsewhere: bool = False) -> int:
    """Write that the database was brought back, as a line and an anchor, and answer the line's number.

    :param elsewhere: by the database's own tools, so that lines may have been written since
    """
    if elsewhere:
        operations.require_reason(source)
    kept, _ = await asyncio.to_thread(anchors.entries)
    brought = await _end()
    await seal_rest()
    async with unit_of_work() as session:
        if elsewhere:
            seq, restored = await operations.note_restore_elsewhere(session, actor, source, at=at, kept=kept)
        else:
            last = brought.place if brought else 0
            seq, restored = await operations.note_restore(session, actor, source, brought=last, at=at, kept=kept)
    await seal_rest()
    made = await _end()
    assert made is not None  # noqa: S101 - the line that was just written has its place
    await asyncio.to_thread(anchors.append, made, at, restored)
    return seq


async def anchor(at: datetime) -> Anchored | None:
    """Anchor the journal's last place, in the database and in the file outside."""
    async with unit_of_work() as session:
        made = await operations.anchor(session, at=at, kept=(await asyncio.to_thread(anchors.read))[0])
    if made is not None:
        await asyncio.to_thread(anchors.append, made, at)
    return made


async def _end() -> Anchored | None:
    async with unit_of_work() as session:
        return await operations.last_place(session)
