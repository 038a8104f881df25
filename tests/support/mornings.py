"""A job of the morning in two processes at once."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any

from domain.kernel import crypto, unit_of_work

Look = Callable[[str, crypto.KeyRing, datetime], None]
Begin = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def work_until(url: str, ring: crypto.KeyRing, begin: Begin, done: Callable[[], Awaitable[bool]]) -> None:
    """Work in a process of its own until something is done; `begin` is given what tells it to stop."""
    crypto.use(ring)

    async def work() -> None:
        engine = unit_of_work.engine_for(url)
        unit_of_work.use_engine(engine)
        stop = asyncio.Event()
        working = asyncio.create_task(begin(stop))
        async with asyncio.timeout(60):
            while not await done():  # noqa: ASYNC110 - what is waited for lies in the database
                await asyncio.sleep(0.02)
        stop.set()
        await working
        await engine.dispose()

    asyncio.run(work())


async def in_two_processes(look: Look, keys: crypto.KeyRing, at: datetime) -> None:
    """Have two processes look at the database of the test at a moment, and see both end well."""
    async with unit_of_work.unit_of_work() as session:
        url = session.get_bind().engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=look, args=(url, keys, at)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)

    assert [process.exitcode for process in processes] == [0, 0]
