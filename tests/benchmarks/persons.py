"""Search of encrypted persons, through the domain and as bare SQL on the same connection settings, in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.people import queries, rules
from domain.people.models import Person
from domain.people.schemas import PersonSought
from tests.benchmarks import census
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.ground import Ground, open_ground

SIZE, REPEATS = 1_000_000, 200
EXACT_GOAL, FRAGMENT_GOAL = 0.005, 0.020
WARM_UP = 5
Look = Callable[[AsyncSession, str], Awaitable[int]]
_BARE = "SELECT id FROM person WHERE {} = %s"
_FRAGMENT = """
    WITH hits AS MATERIALIZED (SELECT id, name_sealed FROM person WHERE name_fragments @> %s LIMIT 1001)
    SELECT * FROM hits
"""


async def measure(persons: int, repeats: int, tell: Callable[[str], None]) -> None:
    """Load so many persons and search them."""
    async with open_ground() as ground:
        tell("\n" + (await on_ground(ground, persons, repeats)).text())


async def on_ground(ground: Ground, persons: int, repeats: int) -> Table:
    """Load and measure on a database without persons."""
    began = time.perf_counter()
    census.load(ground.conninfo, ground.keys, persons)
    await ground.vacuum("person")
    table = Table(f"6 · Search of {persons:,} encrypted persons, loaded in {time.perf_counter() - began:.0f} s")
    chance = random.Random(census.SEED)
    known = [census.somebody(chance.randrange(persons)) for _ in range(repeats + WARM_UP)]
    for name, column, kind, given in _exact(known):
        plain = Series(f"bare SQL: {name}")
        whole = Series(name, goal=EXACT_GOAL)
        await _turns(ground, plain, whole, given, (_BARE.format(column), kind), _looker(kind))
        table.add(plain)
        table.add(whole, plain)
    await _fragments(ground, table, known)
    return table


def _exact(known: Sequence[census.Somebody]) -> list[tuple[str, str, str, list[str]]]:
    return [
        ("whole name", "name_blind", "name", [one.name for one in known]),
        ("identity number", "id_blind", "id", [one.id_number for one in known]),
        ("phone", "phone_blind", "phone", [one.phone for one in known]),
        ("last four of the phone", "phone_tail_blind", "phone_tail", [rules.tail(one.phone) for one in known]),
        ("last four of the number", "id_tail_blind", "id_tail", [rules.tail(one.id_number) for one in known]),
    ]


def _looker(kind: str) -> Look:
    field = {"id": "id_number"}.get(kind, kind)

    async def look(session: AsyncSession, text: str) -> int:
        if kind == "name":
            condition: ColumnElement[bool] | None = queries.by_name(text)
        else:
            condition = await queries.sought(session, PersonSought(**{field: text}))
        assert condition is not None
        return len((await session.scalars(select(col(Person.id)).where(condition))).all())

    return look


async def _turns(
    ground: Ground, plain: Series, whole: Series, given: Sequence[str], bare: tuple[str, str], look: Look
) -> None:
    """Take turns, so that a busy moment hits both; the hits must be the same."""
    words, kind = bare
    many = 0
    async with unit_of_work() as session:
        for turn, text in enumerate(given):
            began = time.perf_counter()
            rows = await (await ground.connection.execute(words.encode(), (crypto.blind(kind, text),))).fetchall()
            between = time.perf_counter()
            hits = await look(session, text)
            ended = time.perf_counter()
            assert hits == len(rows) >= 1, (kind, hits, len(rows))
            if turn >= WARM_UP:
                plain.add(between - began)
                whole.add(ended - between)
                many += hits
    whole.note = f"{many / len(whole.seconds):,.1f} hits"


async def _fragments(ground: Ground, table: Table, known: Sequence[census.Somebody]) -> None:
    for title, cut in (
        ("two characters of the name", slice(-2, None)),
        ("one character, and the last four", slice(-1, None)),
    ):
        alone = title.startswith("two")
        plain, whole = Series(f"bare SQL: {title}"), Series(title, goal=FRAGMENT_GOAL)
        many = refused = 0
        async with unit_of_work() as session:
            for turn, one in enumerate(known):
                part, tail = one.name[cut], rules.tail(one.phone)
                began = time.perf_counter()
                if alone:
                    tokens = crypto.fragments(part, start=False)
                    await (await ground.connection.execute(_FRAGMENT.encode(), (tokens,))).fetchall()
                between = time.perf_counter()
                try:
                    many += await _found(session, part, "" if alone else tail)
                except Invalid:
                    refused += 1
                if turn >= WARM_UP:
                    whole.add(time.perf_counter() - between)
                    if alone:
                        plain.add(between - began)
        said = f", {refused} of {len(known)} told to be too many" if refused else ""
        whole.note = f"{many / max(len(known) - refused, 1):,.1f} hits{said}"
        table.add(plain)
        table.add(whole, plain if alone else None)


async def _found(session: AsyncSession, part: str, tail: str) -> int:
    condition = await queries.sought(session, PersonSought(name=part, phone_tail=tail))
    assert condition is not None
    return len((await session.scalars(select(col(Person.id)).where(condition))).all())
