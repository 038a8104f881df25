"""The sealer as a job: one of all processes gives the journal's lines their places, five times a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from app import causes
from app.settings import load
from app.tasks import stopped
from domain.audit import operations
from domain.kernel.sealer import BATCH, Sealer, lock_process, seal_all
from domain.kernel.unit_of_work import engine_for, unit_of_work

PAUSE = 0.2
"""Seconds between two passes, at most."""
WAIT = 2.0
"""Seconds between two tries of a process that does not seal, and after a failure."""
PATIENCE = 30.0
"""Seconds for which a command waits for the process that seals."""


async def run_sealer(stop: asyncio.Event, url: str = "", *, pause: float = PAUSE, wait: float = WAIT) -> None:
    """Seal until told to stop, as long as no other process does; a connection that was lost is made anew.

    The last pass comes after the stop: whoever stops the writers first leaves no line unsealed.
    """
    url = url or load().serving_database_url()
    while True:
        try:
            async with _own_connection(url) as connection:
                while not await _locked(connection):
                    if await stopped(stop, wait):
                        return
                await _seal(connection, stop, pause)
                return
        except Exception:  # noqa: BLE001 - the database may be away for a while; the sealer must outlive it
            causes.log("sealer.failed")
        if await stopped(stop, wait):
            return


async def seal_rest() -> None:
    """Give a place to every line there is by now, or wait until the process that seals did.

    For commands: what they wrote, and what a process that was killed left, is anchored with the rest.
    """
    async with unit_of_work() as session:
        if await seal_all(session):
            return
        newest = await operations.newest_unsealed(session)
    async with asyncio.timeout(PATIENCE):
        while newest and await _waits(newest):  # noqa: ASYNC110 - another process is at it
            await asyncio.sleep(PAUSE)


async def _waits(seq: int) -> bool:
    async with unit_of_work() as session:
        return await operations.is_unsealed(session, seq)


@asynccontextmanager
async def _own_connection(url: str) -> AsyncGenerator[AsyncConnection]:
    """Give a connection that is closed at the end, its lock with it."""
    engine = engine_for(url, size=1)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _locked(connection: AsyncConnection) -> bool:
    async with connection.begin():
        return await lock_process(connection)


async def _seal(connection: AsyncConnection, stop: asyncio.Event, pause: float) -> None:
    async with connection.begin():
        sealer = await Sealer.begin(connection)
    while True:
        # asked before the pass: what was committed before the stop is then in it
        last = stop.is_set()
        async with connection.begin():
            many = await sealer.run(connection)
        if many < BATCH:
            if last:
                return
            await stopped(stop, pause)
