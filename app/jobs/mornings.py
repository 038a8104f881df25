"""What is made in the morning of a working day: looked for again and again, and done once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

from app import causes
from app.jobs.witness import Watch
from app.tasks import stopped
from state.clock import now

PAUSE = 30.0
"""Seconds between two looks."""
Once = Callable[[datetime, time, date | None], Awaitable[date | None]]
"""Makes what is due at a moment from an hour on, unless it is of the day that is done, and gives the day that is."""


async def run_mornings(
    once: Once,
    failed: str,
    stop: asyncio.Event,
    hour: time | None,
    *,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
    watch: Watch | None = None,
) -> None:
    """Look until told to stop; a failed look is logged and tried again.

    :param failed: the line of the log for one
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
                done = await once(clock(), hour, done)
        except Exception:  # noqa: BLE001 - the database may be away for a while; what is made must outlive it
            causes.log(failed)
        await stopped(stop, pause)
