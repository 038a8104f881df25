"""`python -m tests.support.writer`: a process like the server, which holds the data folder and writes until it is told to stop.

It writes `ready`, then, after its standard input was closed, how many drafts it wrote.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from app import settings
from app.launch import boot, lock
from domain.kernel.ids import new_id
from domain.kernel.unit_of_work import unit_of_work


async def write() -> int:
    """Write drafts, each an act, until the standard input ends."""
    from domain.kernel import crypto
    from domain.kernel.models import FormDraft

    chosen = settings.load()
    engine = boot.prepare(chosen, chosen.resolved_database_url())
    stop = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    written = 0
    while not stop.done():
        row = new_id()
        async with unit_of_work() as session:
            blob = crypto.seal("form_draft", "content", row, f"写入 {written}")
            session.add(FormDraft(id=row, account_id=row, form="f", content_sealed=blob, saved_at=datetime.now(UTC)))
        written += 1
        await asyncio.sleep(0.005)
    await engine.dispose()
    return written


if __name__ == "__main__":
    with lock.hold(settings.load().data):
        sys.stdout.write(f"{asyncio.run(write())}\n")
