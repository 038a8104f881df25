"""Years of work from a small county: its cases copied inside the database with all that belongs to them.

Playing a million cases step by step takes days. A copy brings its parties, assignments, deadlines and journal
lines. Ended cases are copied ten times as often as open ones, as in a county that has run for years. Copies get
time-ordered ids before those of the originals and are older by `AGE` each time. What is sealed for one row alone does
not open in another and is left out; the copied journal lines make no chain: this is a database to be measured and
thrown away.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

AGE = "interval '11 minutes'"
ENDED_SHARE = 10
"""One turn of the open cases to so many of the ended ones."""
_LEFT_OUT = {"tracking_digest", "tracking_sealed", "city_reference", "in_charge_sealed", "in_charge_phone_sealed"}
_HASH = "md5({0}::text || turn::text)"
_ID = "(lpad(to_hex(turn), 12, '0') || '7' || substr(" + _HASH + ", 1, 3) || '8' || substr(" + _HASH + ", 4, 15))::uuid"
_MADE = {
    "id": _ID.format("one.id"),
    "case_id": _ID.format("one.case_id"),
    "subject_id": _ID.format("one.subject_id"),
    "holder_id": _ID.format("one.holder_id"),
    "number": "one.number || '-' || turn",
    **{
        name: f"one.{name} - turn * {AGE}"
        for name in ("created_at", "submitted_at", "dispatched_at", "closed_at", "updated_at", "ended_at")
    },
    "seq": "(SELECT max(seq) FROM journal_entry) + (turn - %(first)s::int) * (SELECT seq FROM last_line) + one.seq",
}
_BELONGS = {
    "case_file": "one.id",
    "case_party": "one.case_id",
    "assignment": "one.case_id",
    "case_reach": "one.case_id",
    "deadline": "one.subject_id",
    "journal_entry": "one.subject_id",
}


async def remember(connection: psycopg.AsyncConnection) -> None:
    """Note which cases are the originals; once, before the first growth, on the connection that grows."""
    await connection.execute(
        "CREATE TEMP TABLE original AS SELECT id, status IN ('closed', 'void') AS ended FROM case_file"
    )
    await connection.execute("CREATE TEMP TABLE last_line AS SELECT max(seq) AS seq FROM journal_entry")
    await connection.execute("ANALYZE original")


async def grow(connection: psycopg.AsyncConnection, wanted: int, *, done: int = 0) -> int:
    """Copy the originals until there are about as many cases as wanted, and let the planner know.

    `done` is the last turn of an earlier growth. Answers the last turn of this one.
    """
    turns = await _turns(connection, wanted)
    if turns <= done:
        return done
    indexes = await _indexes(connection)
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
        await connection.execute("SET LOCAL synchronous_commit = off")
        for name, _ in indexes:
            await connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for table in _BELONGS:
            words = await _copying(connection, table)
            await connection.execute(words, {"first": done + 1, "last": turns, "share": ENDED_SHARE})
        # what no trigger noted; the product's jobs count it
        await connection.execute(
            "INSERT INTO figure_change (case_id) SELECT id FROM case_file WHERE submitted_at IS NOT NULL"
        )
        # what goes on here goes on behind the copies, which no sealer need look at
        await connection.execute("SELECT setval('journal_ticket', max(seq)) FROM journal_entry")
        await connection.execute("UPDATE journal_settled SET seq = (SELECT max(seq) FROM journal_entry)")
        for _, definition in indexes:
            await connection.execute(sql.SQL(definition))  # type: ignore[arg-type]  # as PostgreSQL itself wrote it
    for table in _BELONGS:
        await connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    await connection.execute("CHECKPOINT")
    return turns


async def _turns(connection: psycopg.AsyncConnection, wanted: int) -> int:
    query = "SELECT count(*) FILTER (WHERE ended), count(*) FILTER (WHERE NOT ended) FROM original"
    found = await (await connection.execute(query)).fetchone()
    ended, running = found or (1, 0)
    return round((wanted - ended - running) / (ended + running / ENDED_SHARE))


async def _indexes(connection: psycopg.AsyncConnection) -> list[tuple[str, str]]:
    """Those that enforce nothing: they are faster built once than kept at every row."""
    query = """
        SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
    """
    return await (await connection.execute(query, (list(_BELONGS),))).fetchall()


async def _copying(connection: psycopg.AsyncConnection, table: str) -> sql.Composed:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    names = [name for (name,) in await (await connection.execute(query, (table,))).fetchall()]
    kept = [name for name in names if name not in _LEFT_OUT]
    values = [sql.SQL(_MADE[name]) if name in _MADE else sql.Identifier("one", name) for name in kept]
    words = """
        INSERT INTO {table} ({names}) SELECT {values}
        FROM generate_series(%(first)s::int, %(last)s::int) AS turns(turn) CROSS JOIN {table} AS one
        JOIN original ON original.id = {belongs} WHERE original.ended OR turn %% %(share)s::int = 0
    """
    return sql.SQL(words).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(map(sql.Identifier, kept)),
        values=sql.SQL(", ").join(values),
        belongs=sql.SQL(_BELONGS[table]),
    )
