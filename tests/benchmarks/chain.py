"""The journal's chain: lines verified a second, beside a bare SELECT of the same lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from domain.kernel import chain, journal
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.sealer import mark_seal, place_seal
from domain.kernel.unit_of_work import unit_of_work
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.ground import Ground, open_ground

SIZE, TURNS = 200_000, 3
CHUNK = 1000
COLUMNS = (
    "seq", "at", "actor_id", "actor_roles", "actor_unit_id", "origin", "action", "subject_kind", "subject_id",
    "detail", "previous", "seal",
)  # fmt: skip
_TYPES = (
    "int8",
    "timestamptz",
    "uuid",
    "varchar",
    "uuid",
    "varchar",
    "varchar",
    "varchar",
    "uuid",
    "jsonb",
    "bytea",
    "bytea",
)
_BARE = f"SELECT {', '.join(COLUMNS)} FROM journal_entry ORDER BY seq"
SUBJECTS = 5
"""Every so many lines are of one case."""


async def measure(lines: int, tell: Callable[[str], None]) -> None:
    """Write so many lines and walk them."""
    async with open_ground() as ground:
        tell("\n" + (await on_ground(ground, lines)).text())


async def on_ground(ground: Ground, lines: int) -> Table:
    """Measure on a database without a journal."""
    await _write(ground, lines)
    await ground.vacuum("journal_entry")
    await ground.vacuum("journal_seal")
    plain, whole = Series("bare SELECT, by a cursor, 1,000 a fetch"), Series("verified: the whole chain")
    for _ in range(TURNS):
        began = time.perf_counter()
        assert await _read(ground) == lines
        between = time.perf_counter()
        async with unit_of_work() as session:
            assert await chain.verify(session) == (lines, None)
        plain.add(between - began)
        whole.add(time.perf_counter() - between)
    for one in (plain, whole):
        one.note = f"{lines / one.median:,.0f} lines/s"
    table = Table(f"8 · The journal's chain, {lines:,} lines")
    table.add(plain)
    table.add(whole, plain)
    return table


async def _read(ground: Ground) -> int:
    many = 0
    async with (
        await psycopg.AsyncConnection.connect(ground.conninfo) as connection,
        connection.cursor("bare") as cursor,
    ):
        cursor.itersize = CHUNK
        await cursor.execute(_BARE.encode())
        async for _ in cursor:
            many += 1
    return many


async def _write(ground: Ground, lines: int) -> None:
    words = f"COPY journal_entry ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    chain_seal, seals = journal.START, []
    async with ground.connection.cursor() as cursor, cursor.copy(words.encode()) as copy:
        copy.set_types(_TYPES)
        for entry in _lines(lines):
            await copy.write_row([_put(getattr(entry, name)) for name in COLUMNS])
            chain_seal = place_seal(chain_seal, entry.seq, entry.seq, entry.seal)
            seals.append(chain_seal)
    words = "COPY journal_seal (place, seq, seal) FROM STDIN (FORMAT BINARY)"
    async with ground.connection.cursor() as cursor, cursor.copy(words.encode()) as copy:
        copy.set_types(("int8", "int8", "bytea"))
        for place, seal in enumerate(seals, start=1):
            await copy.write_row((place, place, seal))
    settle = "UPDATE journal_settled SET seq = %s, seal = %s"
    await ground.connection.execute(settle, (lines, mark_seal(lines)))


def _put(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


def _lines(many: int) -> Iterator[JournalEntry]:
    """Lines as steps of cases write them, each sealed with the one before of its case."""
    at, previous, subject_id = datetime(2026, 11, 1, tzinfo=UTC), journal.START, new_id()
    actors = [new_id() for _ in range(20)]
    for seq in range(1, many + 1):
        if seq % SUBJECTS == 0:
            previous, subject_id = journal.START, new_id()
        entry = JournalEntry(
            seq=seq, at=at + timedelta(seconds=seq), actor_id=actors[seq % 20], actor_roles="officer",
            actor_unit_id=actors[seq % 7], origin="web 203.0.113.7", action="case.accept", subject_kind="case",
            subject_id=subject_id, previous=previous, seal=b"",
            detail={"before": "to_accept", "after": "in_progress", "opinion": "已接收，安排专人办理，三日内反馈。", "number": seq},
        )  # fmt: skip
        entry.seal = previous = journal.seal_of(entry)
        yield entry
