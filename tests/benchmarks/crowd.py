"""A larger county from a small one: its cases copied inside the database, with parties and assignments.

Playing thousands of cases step by step takes minutes; lists and counters look at nothing but these three
tables. Copies keep what a list shows and are a minute older each time; secrets sealed for one row alone
(tracking codes, persons in charge) do not open in another and are left out.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

_COPY = "md5({}::text || copy.turn::text)::uuid"
_LEFT_OUT = {"tracking_digest", "tracking_sealed", "city_reference", "in_charge_sealed", "in_charge_phone_sealed"}
_MADE = {
    "id": _COPY.format("original.id"),
    "case_id": _COPY.format("original.case_id"),
    "number": "original.number || '-' || copy.turn",
    "created_at": "original.created_at - copy.turn * interval '1 minute'",
}


async def grow(connection: psycopg.AsyncConnection, wanted: int) -> None:
    """Copy cases until there are at least as many as wanted, and let the planner know."""
    found = await (await connection.execute("SELECT count(*) FROM case_file")).fetchone()
    present = int(found[0]) if found else 0
    turns = -(-wanted // max(present, 1)) - 1
    if turns < 1:
        return
    async with connection.transaction():
        for table in ("case_file", "case_party", "assignment"):
            await connection.execute(await _copying(connection, table), {"turns": turns})
    await connection.execute("ANALYZE case_file, case_party, assignment")


async def _copying(connection: psycopg.AsyncConnection, table: str) -> sql.Composed:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    names = [name for (name,) in await (await connection.execute(query, (table,))).fetchall()]
    kept = [name for name in names if name not in _LEFT_OUT]
    values = [sql.SQL(_MADE[name]) if name in _MADE else sql.Identifier("original", name) for name in kept]
    words = "INSERT INTO {} ({}) SELECT {} FROM {} AS original CROSS JOIN generate_series(1, %(turns)s) AS copy(turn)"
    return sql.SQL(words).format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, kept)),
        sql.SQL(", ").join(values),
        sql.Identifier(table),
    )
