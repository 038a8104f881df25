"""What lies under the interface: the same lifecycles through the domain alone, and bare PostgreSQL.

`python -m tests.benchmarks.inner domain|bare` reads an order as one JSON object from its standard input, works in
a process of its own on the data folder of a running product, and writes what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import uvloop
from psycopg.types.json import Jsonb
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.launch import boot
from app.settings import Settings
from domain.cases.inputs import CaseInput, StepInput
from domain.cases.operations.create import create
from domain.cases.operations.take import take
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.queries import actor_of_login
from state.clock import now
from tests.benchmarks.walk import GIVEN, STEPS, WHO, matter

LOCK = 1785689714
"""Any number that nobody else locks; the product's own journal is not written to."""
TABLES = """
    CREATE UNLOGGED TABLE IF NOT EXISTS yard_nothing ();
    CREATE TABLE IF NOT EXISTS yard_journal (seq bigint PRIMARY KEY, subject_id uuid, detail jsonb, seal bytea);
    CREATE TABLE IF NOT EXISTS yard_outbox (id uuid PRIMARY KEY, topic text, subject_id uuid, payload jsonb,
                                            created_at timestamptz);
    INSERT INTO yard_journal VALUES (1, gen_random_uuid(), '{}', ''::bytea) ON CONFLICT DO NOTHING;
"""


@dataclass(frozen=True)
class Order:
    """Where to work, so many at once, until so many seconds are over."""

    data: str
    walkers: int
    seconds: float
    first: int = 0


@dataclass
class Done:
    """What came of it; `statements` by step are those of one whole act, counted once."""

    times: dict[str, list[float]] = field(default_factory=dict)
    whole: int = 0
    elapsed: float = 0.0
    statements: dict[str, int] = field(default_factory=dict)


Act = Callable[[], Awaitable[None]]


async def _crowd(order: Order, one: Callable[[Done], Awaitable[None]], done: Done) -> Done:
    began = time.perf_counter()
    until = began + order.seconds

    async def walker() -> None:
        while time.perf_counter() < until:
            await one(done)
            done.whole += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(order.walkers):
            group.create_task(walker())
    done.elapsed = time.perf_counter() - began
    return done


async def domain(order: Order) -> Done:
    """Walk lifecycles through the operations, each step in its own unit of work."""
    settings = Settings(data_dir=Path(order.data), _env_file=None)  # type: ignore[call-arg]
    engine = boot.prepare(settings, settings.resolved_database_url())
    done, seeds = Done({step: [] for step in STEPS}), count(order.first)
    async with unit_of_work() as session:
        found = {login: await actor_of_login(session, login) for login in set(WHO.values())}
    actors = {login: actor for login, actor in found.items() if actor}
    await _lifecycle(actors, seeds, done)
    done.statements = await _counted(engine, actors, seeds)
    done.times = {step: [] for step in STEPS}
    try:
        return await _crowd(order, lambda done: _lifecycle(actors, seeds, done), done)
    finally:
        await engine.dispose()


async def _lifecycle(actors: dict[str, Actor], seeds: count[int], done: Done) -> None:
    number = ""
    for step in STEPS:
        began = time.perf_counter()
        number = await _step(actors[WHO[step]], step, number, seeds)
        done.times[step].append(time.perf_counter() - began)


async def _step(actor: Actor, step: str, number: str, seeds: count[int]) -> str:
    async with unit_of_work() as session:
        if step == "create":
            return (await create(session, actor, CaseInput(**matter(next(seeds))), at=now())).number
        given = StepInput(**GIVEN[step])
        await take(session, actor, number=number, action=Action(step), given=given, at=now())
    return number


async def _counted(engine: AsyncEngine, actors: dict[str, Actor], seeds: count[int]) -> dict[str, int]:
    """Count the statements of each step; BEGIN and COMMIT are not among them."""
    counted: dict[str, int] = dict.fromkeys(STEPS, 0)
    present = ""

    def note(*_: Any) -> None:
        counted[present] += 1

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    number = ""
    for step in STEPS:
        present = step
        number = await _step(actors[WHO[step]], step, number, seeds)
    event.remove(engine.sync_engine, "before_cursor_execute", note)
    return counted


async def bare(order: Order) -> Done:
    """Do what no act can do without: lock and change a case, one sealed journal line in order, one outbox message."""
    settings = Settings(data_dir=Path(order.data), _env_file=None)  # type: ignore[call-arg]
    url = settings.resolved_database_url().replace("+psycopg", "")
    free: asyncio.Queue[psycopg.AsyncConnection] = asyncio.Queue()
    for _ in range(order.walkers):
        free.put_nowait(await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=0))
    done, steps = Done({"transaction": []}), len(STEPS)
    connection = await free.get()
    for words in TABLES.split(";"):
        if words.strip():
            await connection.execute(words.encode())
    rows = await (await connection.execute("SELECT number FROM case_file ORDER BY id DESC LIMIT 5000")).fetchall()
    numbers = iter([number for (number,) in rows] * 1000)
    free.put_nowait(connection)

    async def one(done: Done) -> None:
        connection = await free.get()
        for _ in range(steps):
            began = time.perf_counter()
            await _transaction(connection, next(numbers))
            done.times["transaction"].append(time.perf_counter() - began)
        free.put_nowait(connection)

    try:
        return await _crowd(order, one, done)
    finally:
        await connection.execute("DROP TABLE yard_journal, yard_outbox, yard_nothing")
        while not free.empty():
            await (await free.get()).close()


async def _transaction(connection: psycopg.AsyncConnection, number: str) -> None:
    execute = connection.execute
    async with connection.transaction():
        found = await (await execute("SELECT id FROM case_file WHERE number = %s FOR UPDATE", (number,))).fetchone()
        subject = found[0] if found else None
        await execute("UPDATE case_file SET version = version + 1 WHERE id = %s", (subject,))
        await execute(
            "INSERT INTO yard_outbox VALUES (%s, 'case.step', %s, %s, now())", (uuid4(), subject, Jsonb({"n": number}))
        )
        await execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        last = await (await execute("SELECT seq, seal FROM yard_journal ORDER BY seq DESC LIMIT 1")).fetchone()
        await execute(
            "INSERT INTO yard_journal VALUES (%s, %s, %s, %s)",
            (last[0] + 1 if last else 1, subject, Jsonb({"number": number}), bytes(32)),
        )


def main() -> None:
    """Read an order, carry it out, write what came of it."""
    work = {"domain": domain, "bare": bare}[sys.argv[1]]
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(uvloop.run(work(order)))))


if __name__ == "__main__":
    main()
