"""The audit's own clock: alarms are looked for, and the journal is anchored at the start, daily and at every stop.

A journal that is shorter than an anchor says is not anchored again: that would hide the cut.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from app import causes
from app.jobs.witness import Watch
from domain.audit import operations
from domain.audit.schemas import Source
from domain.kernel import anchors
from domain.kernel.actor import Actor
from domain.kernel.journal import Anchored
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

PAUSE = 20.0
"""Seconds between two looks."""


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
    started = False
    while not stop.is_set():
        try:
            if watch is None or watch.believed():
                if not started:
                    await anchor(clock())
                    started = True
                await run_once(clock())
        except Exception:  # noqa: BLE001 - the database may be away for a while; the audit must outlive it
            causes.log("audit.look_failed")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
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


async def note_restore(actor: Actor, source: Source, *, at: datetime, elsewhere: bool = False) -> int:
    """Write that the database was brought back, as a line and an anchor, and answer the line's number.

    :param elsewhere: by the database's own tools, so that lines may have been written since
    """
    kept, _ = await asyncio.to_thread(anchors.entries)
    note = operations.note_restore_elsewhere if elsewhere else operations.note_restore
    async with unit_of_work() as session:
        made, restored = await note(session, actor, source, at=at, kept=kept)
    await asyncio.to_thread(anchors.append, made, at, restored)
    return made.seq


async def anchor(at: datetime) -> Anchored | None:
    """Anchor the journal's last line, in the database and in the file outside."""
    async with unit_of_work() as session:
        made = await operations.anchor(session, at=at, kept=(await asyncio.to_thread(anchors.read))[0])
    if made is not None:
        await asyncio.to_thread(anchors.append, made, at)
    return made
