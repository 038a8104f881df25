"""The last four digits of persons declared before there was an index of them: filled once, beside everything else."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from domain.kernel import marks
from domain.kernel.unit_of_work import unit_of_work
from domain.people import operations, queries

BATCH, PAUSE = 200, 0.02
RETRY = 5.0
_log = structlog.get_logger(__name__)


async def fill(stop: asyncio.Event, *, batch: int = BATCH, pause: float = 0.0) -> None:
    """This function will fill what is left, a transaction for every `batch` persons; broken off, it goes on at the next start.

    `pause` seconds between batches leave room for people. Several processes share the work.
    """
    after: UUID | None = None
    while not stop.is_set():
        async with unit_of_work() as session:
            if after is None and not await marks.holds(session, queries.TAILS_PENDING):
                return
            after = await operations.fill_tails(session, after=after, most=batch)
        await asyncio.sleep(pause if after else max(pause, PAUSE))


async def run_fill(stop: asyncio.Event) -> None:
    """This function will fill what is left while the server runs, and outlast a database that is away for a moment."""
    while not stop.is_set():
        try:
            await fill(stop, pause=PAUSE)
        except (OperationalError, InterfaceError) as error:
            _log.warning("tails.later", error=type(error).__name__)
            await asyncio.sleep(RETRY)
        else:
            return
