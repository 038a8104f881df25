"""Rotation of keys: sealed fields a second, beside an UPDATE of as many rows that changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from domain.kernel import crypto, sealing
from domain.kernel.sealing import BATCH, Resealing
from migrations.models import metadata
from tests.benchmarks import census
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.ground import Ground, open_ground

SIZE = 50_000
FIELDS = 5
_BARE = """
    UPDATE person SET name_sealed = fresh.name, id_number_sealed = fresh.id_number, phone_sealed = fresh.phone,
        birth_date_sealed = fresh.birth_date, address_sealed = fresh.address
    FROM (SELECT id, name_sealed AS name, id_number_sealed AS id_number, phone_sealed AS phone,
        birth_date_sealed AS birth_date, address_sealed AS address FROM person WHERE id > %s ORDER BY id LIMIT %s) AS fresh
    WHERE person.id = fresh.id RETURNING person.id
"""
_FIRST = "00000000-0000-0000-0000-000000000000"


async def measure(persons: int, tell: Callable[[str], None]) -> None:
    """Turn the key of so many persons, from each provider to the other."""
    table = Table(
        f"7 · Rotation of the keys of {persons:,} persons, {persons * FIELDS:,} sealed fields, {BATCH} rows a batch"
    )
    for provider, other in (("sm", "sm"), ("aes", "aes")):
        async with open_ground(provider) as ground:
            await on_ground(ground, table, persons, other)
    tell("\n" + table.text())


async def on_ground(ground: Ground, table: Table, persons: int, provider: str) -> None:
    """Measure on a database without persons; its persons are under another key then."""
    census.load(ground.conninfo, ground.keys, persons)
    await ground.vacuum("person")
    plain = await _bare(ground)
    await ground.vacuum("person")
    crypto.ring().rotated(provider).save(ground.keys)
    crypto.refresh()

    whole = Series(f"sealed anew, {provider}: batch")
    fields, began = 0, time.perf_counter()
    last = began
    async for _, many in Resealing(ground.engine, metadata()).run():
        moment = time.perf_counter()
        whole.add(moment - last)
        last, fields = moment, fields + many
    whole.note = f"{fields / (last - began):,.0f} fields/s; {await _proof(ground)} left on old keys"
    assert fields == persons * FIELDS
    table.add(plain)
    table.add(whole, plain)


async def _bare(ground: Ground) -> Series:
    plain, last, rows = Series("bare UPDATE of the same columns: batch"), _FIRST, 0
    began = time.perf_counter()
    while True:
        start = time.perf_counter()
        found = await (await ground.connection.execute(_BARE.encode(), (last, BATCH))).fetchall()
        if not found:
            break
        plain.add(time.perf_counter() - start)
        rows, last = rows + len(found), max(row for (row,) in found)
    plain.note = f"{rows * FIELDS / (time.perf_counter() - began):,.0f} fields/s"
    return plain


async def _proof(ground: Ground) -> int:
    async with ground.engine.connect() as connection:
        held = await connection.run_sync(sealing.count, metadata())
    return sum(one.others(crypto.ring().current) for one in held)
