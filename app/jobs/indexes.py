"""The indexes of what an earlier release stored: made anew by today's forms once, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from app.tasks import stopped
from domain.cases.operations import matter
from domain.cases.queries import listing
from domain.kernel import marks
from domain.kernel.unit_of_work import unit_of_work
from domain.people import operations, queries

Fill = Callable[..., Awaitable[UUID | None]]
WALKS: tuple[tuple[tuple[str, ...], Fill], ...] = (
    ((queries.TAILS_PENDING, queries.INDEX_PENDING), operations.fill_indexes),
    ((listing.INDEX_PENDING,), matter.fill_index),
)
"""The notes that something waits, and the act that works some of it off."""
BATCH, PAUSE = 200, 0.02
RETRY = 5.0
_log = structlog.get_logger(__name__)


async def fill(stop: asyncio.Event, *, batch: int = BATCH, pause: float = 0.0) -> None:
    """Fill what is left, a transaction for every `batch` rows; broken off, it goes on at the next start.

    `pause` seconds between batches leave room for people. Several processes share the work.
    """
    for notes, act in WALKS:
        await _walk(stop, notes, act, batch, pause)


async def _walk(stop: asyncio.Event, notes: tuple[str, ...], act: Fill, batch: int, pause: float) -> None:
    after: UUID | None = None
    while not stop.is_set():
        async with unit_of_work() as session:
            if after is None and not any([await marks.holds(session, note) for note in notes]):
                return
            after = await act(session, after=after, most=batch)
        await asyncio.sleep(pause if after else max(pause, PAUSE))


async def run_fill(stop: asyncio.Event) -> None:
    """Fill what is left while the server runs, and outlast a database that is away for a moment."""
    while not stop.is_set():
        try:
            await fill(stop, pause=PAUSE)
        except (OperationalError, InterfaceError) as error:
            _log.warning("indexes.later", error=type(error).__name__)
            await stopped(stop, RETRY)
        else:
            return
