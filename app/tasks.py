"""Tasks that go on beside requests: begun so that a death is told of, and waiting so that an order to stop is heard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


def begin(work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
    """Begin a task; one that ends by an exception is told of now, and not to whoever waits for it at the stop."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_of_a_death)
    return task


def _tell_of_a_death(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (fault := task.exception()):
        _log.critical("background.died", task=task.get_name(), exc_info=fault)


async def stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until told to stop; tell whether that is so."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
