"""What was built once by the product's own operations, put back row by row.

The first `support.build` of a process plays some 140 statements, a hash of a password for each account and a sealed
line of the journal each; every later one finds the same empty tables, so its rows are the same rows. They are kept
here and written back in one statement a process and a test. Nothing is replayed unless the tables it would write to
are empty and the same keys are in use; then the real operations run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto, journal
from domain.kernel.models import JournalEntry
from migrations.models import metadata

JOURNAL = "journal_entry"
Row = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """The rows of one building, by table in an order that foreign keys allow, and the moments they bear."""

    ring: crypto.KeyRing
    rows: Mapping[str, list[Row]]
    moments: tuple[datetime, ...]


async def count_rows(session: AsyncSession) -> dict[str, int]:
    """Count the rows of every table in one statement."""
    tables = metadata().sorted_tables
    each = " UNION ALL ".join(f"SELECT '{table.name}', count(*) FROM \"{table.name}\"" for table in tables)
    return {str(name): int(number) for name, number in await session.execute(text(each))}


async def keep(session: AsyncSession, before: Mapping[str, int], moments: tuple[datetime, ...]) -> Kept | None:
    """Read back what was written since; nothing is kept where a table held rows before."""
    await session.flush()
    after = await count_rows(session)
    changed = {name for name, number in after.items() if number != before[name]}
    if any(before[name] for name in changed):
        return None
    rows: dict[str, list[Row]] = {}
    for table in metadata().sorted_tables:
        if table.name in changed:
            # by their keys, which grow: a row may refer to an earlier one of its table
            found = await session.execute(select(*table.columns).order_by(*table.primary_key))
            rows[table.name] = [dict(row._mapping) for row in found]
    return Kept(crypto.ring(), rows, moments)


async def fits(session: AsyncSession, kept: Kept) -> bool:
    """Tell whether the tables are as empty as they were, and the keys the same."""
    if kept.ring is not crypto.ring():
        return False
    some = " OR ".join(f'EXISTS (SELECT FROM "{name}")' for name in kept.rows)
    return not (await session.scalar(text(f"SELECT {some}")))


async def put_back(session: AsyncSession, kept: Kept, moments: tuple[datetime, ...]) -> None:
    """Write the rows again, as of other moments; the journal's lines are sealed anew if their moment is another."""
    connection = await session.connection()
    moved = dict(zip(kept.moments, moments, strict=True))
    same = kept.moments == moments
    for table in metadata().sorted_tables:
        rows = kept.rows.get(table.name)
        if not rows:
            continue
        if not same:
            rows = [{name: _moved(value, moved) for name, value in row.items()} for row in rows]
            if table.name == JOURNAL:
                rows = _sealed(rows)
        await connection.execute(insert(table), rows)
    await number_on(session)


def _moved(value: Any, moved: Mapping[datetime, datetime]) -> Any:
    return moved.get(value, value) if isinstance(value, datetime) else value


def _sealed(rows: list[Row]) -> list[Row]:
    last: dict[UUID, bytes] = {}
    made = []
    for row in sorted(rows, key=lambda row: row["seq"]):
        entry = JournalEntry(**(row | {"previous": last.get(row["subject_id"], journal.START), "seal": b""}))
        last[entry.subject_id] = journal.seal_of(entry)
        made.append(row | {"previous": entry.previous, "seal": last[entry.subject_id]})
    return made


async def number_on(session: AsyncSession) -> None:
    """Let the journal's next number follow its last line: the sequence keeps what was rolled back in other tests.

    For a database nobody else writes to.
    """
    last = "SELECT coalesce(max(seq), 0) + 1 FROM journal_entry"
    await session.execute(text(f"SELECT setval('journal_ticket', ({last}), false)"))
