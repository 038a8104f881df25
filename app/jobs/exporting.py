"""The process that writes exports: `python -m app.jobs.exporting`, started by the jobs process, at low priority.

It takes one export after the other and reads each a part at a time, in a transaction that also notes how far it is
once the part lies in the folder. Killed, it is followed by another, which goes on behind the last part.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import zlib
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from app import causes
from app.documents import ledger
from app.documents.workbook import Mark, assemble, encode
from app.launch import boot
from app.launch.errors import CannotStart
from app.launch.parent import end_with
from app.settings import load
from domain.exports import operations, queries
from domain.kernel import parts
from domain.kernel.crypto import CannotOpen
from domain.kernel.unit_of_work import engine_for, unit_of_work
from state.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.exports.schemas import Part

NICE = 10
_LOCK = 0x4651_4558
"""The database's lock of the one process that writes exports."""
_LEVEL = 1


def main(words: list[str]) -> int:
    """Write what waits, and give the status of the process."""
    os.set_inheritable(life := int(words[0]), False)
    end_with(life)
    os.nice(NICE)
    try:
        engine = boot.prepare_process(settings := load())
    except CannotStart:
        causes.log("exports.not_prepared")
        return 1
    # Rows by the hundred thousand are no cycles: looking for some among them takes a third of the time.
    gc.freeze()
    gc.disable()

    async def run() -> None:
        try:
            await work_off(settings.serving_database_url())
        finally:
            await engine.dispose()

    asyncio.run(run())
    return 0


async def work_off(url: str) -> None:
    """Write one export after the other until none waits; nothing where another process is at it."""
    engine = engine_for(url, size=1)
    try:
        async with engine.connect() as connection:
            async with connection.begin():
                alone = await connection.scalar(select(func.pg_try_advisory_lock(_LOCK)))
            while alone and (job_id := await _next()):
                await write(job_id)
                gc.collect()
    finally:
        await engine.dispose()


async def write(job_id: UUID) -> None:
    """Write an export to its end; a fault of one does not keep the others waiting."""
    async with unit_of_work() as session:
        goes = await operations.take_up(session, job_id, at=now())
    try:
        while goes:
            goes = await write_part(job_id)
    except Exception as error:  # noqa: BLE001 - whatever it was is logged, and its person may have it go on
        causes.log("exports.failed", export=str(job_id))
        lost = isinstance(error, FileNotFoundError | CannotOpen)
        async with unit_of_work() as session:
            await operations.note_failure(session, job_id, lost=lost, at=now())


async def write_part(job_id: UUID) -> bool:
    """Read and write the next part, or the file if nothing is left; tell whether the export goes on."""
    async with unit_of_work() as session:
        part = await operations.read_part(session, job_id, at=now())
        if part and part.rows:
            made = encode(map(ledger.cells, part.rows), first=part.first)
            parts.keep(job_id, parts.named(part.first), part.key, zlib.compress(made, _LEVEL))
            await operations.note_part(session, part)
            return True
    if part:
        size = _finish(part)
        async with unit_of_work() as session:
            await operations.note_done(session, job_id, size, at=now())
    return False


def _finish(part: Part) -> int:
    mark = Mark.of(part.actor, part.first, at=part.asked_at)
    book = assemble(ledger.TITLE, ledger.COLUMNS, _whole(part), mark)
    parts.keep(part.job_id, parts.WHOLE, part.key, book)
    return len(book)


def _whole(part: Part) -> Iterator[bytes]:
    """Give all rows.

    :raises FileNotFoundError: a part is gone
    """
    found = 0
    for sealed in parts.before(part.job_id, part.first, part.key):
        made = zlib.decompress(sealed)
        found += made.count(b"<row ")
        yield made
    if found != part.first:
        raise FileNotFoundError("a part of an export is gone")


async def _next() -> UUID | None:
    async with unit_of_work() as session:
        return await queries.due(session)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
