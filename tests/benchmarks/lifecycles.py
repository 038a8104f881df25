"""Four-step lifecycles a second, at ten thousand and at a million cases: interface, domain, bare PostgreSQL.

A lifecycle is create and submit (one step, two calls), dispatch, accept, and submit a result: five requests, each
acknowledged after its commit. The matter is of the livelihood kind, whose result needs no picture: encoding pictures
is not what is measured here. Server, database and the walking client share the machine's cores.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.launch.postgres import Postgres
from tests.benchmarks import archive, hall, load, processors, reads
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.inner import Done, Order
from tests.benchmarks.walk import STEPS, WHO, Walk, Walked
from tests.journeys.conftest import PASSWORD
from tests.support.serving import ROOT, Serving

GOAL, KEPT, PROCESSOR = 60.0, 0.8, 28.0
"""Lifecycles a second over HTTP, how much of it the larger county keeps, and milliseconds of all processors for one."""
SIZES, SECONDS, WARM_UP = (10_000, 1_000_000), 20.0, 4.0
WALKERS, TWICE, SEEDED = 8, 16, 120
MOST_SECONDS = 1800.0
HTTP, DOMAIN, BARE = "HTTP", "domain", "bare PostgreSQL"


@dataclass
class Found:
    """What was found at one size: lifecycles a second by way, and how long it took to get there."""

    cases: int
    rates: dict[str, float] = field(default_factory=dict)
    grown: float = 0.0


@dataclass
class Ground:
    """A served product without a browser, and the people who walk."""

    serving: Serving
    server: Postgres
    connection: psycopg.AsyncConnection
    tokens: dict[str, str]

    async def walk(self, seconds: float, walkers: int = WALKERS) -> Walked:
        """Walk lifecycles over HTTP from a second process."""
        port = int(self.serving.url.rsplit(":", 1)[1])
        return Walked(**await _ask("walk", Walk(port, self.tokens, walkers, seconds, _seed())))

    def used(self) -> dict[str, float]:
        """Give the processor time that product and database have used by now, in milliseconds."""
        return processors.used([self.serving.process.pid, self.server.pid() or 0])

    async def inner(self, way: str, seconds: float) -> Done:
        """Do the same below HTTP, in a process of its own."""
        return Done(**await _ask("inner", Order(str(self.serving.data), WALKERS, seconds, _seed()), way))

    async def count(self, query: str) -> int:
        """Answer one number from the database."""
        found = await (await self.connection.execute(query.encode())).fetchone()
        return int(found[0]) if found else 0


async def measure(
    sizes: tuple[int, ...], seconds: float, tell: Callable[[str], None], keep: Path | None = None
) -> None:
    """Grow the county size by size, measure at each, and tell every table when it is there.

    :param keep: a folder that is left as it is at the end, and taken up by the next run with the size it has
    """
    async with asyncio.timeout(MOST_SECONDS), ground_of(keep) as ground:
        present = await ground.count("SELECT count(*) FROM case_file")
        if present <= SEEDED:
            await archive.remember(ground.connection)
        found: list[Found] = []
        turn = 0
        for size in sorted(sizes) if present <= SEEDED else [present]:
            began = time.perf_counter()
            if present <= SEEDED:
                turn = await archive.grow(ground.connection, size, done=turn)
            one = Found(await ground.count("SELECT count(*) FROM case_file"), grown=time.perf_counter() - began)
            found.append(one)
            await _summed(ground)
            tell("\n" + (await _measure(ground, one, seconds)).text())
            tell("\n" + (await _read(ground, one)).text())
            tell("\n" + (await _hall(ground, one)).text())
        tell("\n" + summary(found))


async def _summed(ground: Ground) -> None:
    """Wait until the sums of figures know what the county has grown by."""
    while await ground.count("SELECT count(*) FROM figure_change") > SEEDED:  # noqa: ASYNC110 - another process is at it
        await asyncio.sleep(1)


async def _read(ground: Ground, found: Found) -> Table:
    async def ask(order: load.Order) -> load.Done:
        return load.Done(**await _ask("load", order))

    return await reads.measure(ground.serving.url, ground.tokens, found.cases, ground.used, ask)


async def _hall(ground: Ground, found: Found) -> Table:
    async def ask(order: hall.Order) -> hall.Done:
        return hall.Done(**await _ask("hall", order))

    return await hall.measure(ground.serving.url, ground.tokens, found.cases, ground.used, ask)


async def _measure(ground: Ground, found: Found, seconds: float) -> Table:
    await ground.walk(WARM_UP)
    walked, spent = await _walked(ground, seconds, WALKERS)
    left = await ground.count("SELECT count(*) FROM outbox_message WHERE done_at IS NULL AND failed_at IS NULL")
    inner = await ground.inner("domain", seconds / 2)
    bare = await ground.inner("bare", seconds / 2)
    found.rates = {HTTP: walked.rate, DOMAIN: inner.whole / inner.elapsed, BARE: bare.whole / bare.elapsed}

    table = Table(f"5 · Lifecycles at {found.cases:,} cases, {WALKERS} at once; ratio to the bare transaction")
    plain = Series(f"{BARE}: lock, change, journal, outbox", bare.times["transaction"], f"{found.rates[BARE]:.1f} × five a second")  # fmt: skip
    table.add(plain)
    for step in STEPS:
        table.add(Series(f"{DOMAIN}: {step}", inner.times[step], f"{inner.statements[step]} statements"), plain)
    for step in STEPS:
        table.add(Series(f"{HTTP}: {step}", walked.times[step]), plain)
    table.add(Series(f"{HTTP}: lifecycle", walked.lifecycles, _note(walked, spent, f", outbox behind by {left:,}")))
    walked, spent = await _walked(ground, seconds / 2, TWICE)
    table.add(Series(f"{HTTP}: lifecycle, {TWICE} at once", walked.lifecycles, _note(walked, spent)))
    return table


async def _walked(ground: Ground, seconds: float, walkers: int) -> tuple[Walked, dict[str, float]]:
    before = ground.used()
    walked = await ground.walk(seconds, walkers)
    return walked, {**processors.between(before, ground.used()), "walkers": walked.processor}


def _note(walked: Walked, spent: dict[str, float], more: str = "") -> str:
    faults = f", {len(walked.faults)} FAULTS, first: {walked.faults[0]}" if walked.faults else ""
    rate = f"{walked.rate:.1f} lifecycles/s (goal ≥ {GOAL:.0f}: {_kept(walked.rate >= GOAL)})"
    return f"{rate}{more}; {_processor(spent, walked)}{faults}"


def _processor(spent: dict[str, float], walked: Walked) -> str:
    each = {kind: value / max(1, len(walked.lifecycles)) for kind, value in spent.items()}
    total, parts = sum(each.values()), ", ".join(f"{kind} {value:.1f}" for kind, value in each.items() if value >= 0.05)
    return (
        f"{total:.1f} ms of processor time a lifecycle (goal ≤ {PROCESSOR:.0f}: {_kept(total <= PROCESSOR)}): {parts}"
    )


def summary(found: list[Found]) -> str:
    """Compare the ways and the sizes."""
    head = ["lifecycles a second", *(f"{one.cases:,} cases" for one in found), "larger / smaller"]
    lines = ["| " + " | ".join(head) + " |", "| --- " + "| --: " * (len(head) - 1) + "|"]
    for way in (HTTP, DOMAIN, BARE):
        rates = [one.rates[way] for one in found]
        kept = rates[-1] / rates[0]
        said = f"{kept:.2f}" + (f" (goal ≥ {KEPT}: {_kept(kept >= KEPT)})" if way == HTTP and len(found) > 1 else "")
        lines.append("| " + " | ".join([way, *(f"{rate:.1f}" for rate in rates), said]) + " |")
    shares = [f"{one.rates[HTTP] / one.rates[BARE]:.2f}" for one in found]
    lines.append("| " + " | ".join([f"{HTTP} / {BARE}", *shares, ""]) + " |")
    grown = ", ".join(f"{one.cases:,} cases in {one.grown:.0f} s" for one in found)
    return "\n".join([*lines, "", f"Grown to {grown}."])


def _kept(met: bool) -> str:
    return "met" if met else "MISSED"


@asynccontextmanager
async def ground_of(keep: Path | None) -> AsyncGenerator[Ground]:
    """Serve the product on a folder of its own; whatever was started is stopped."""
    async with AsyncExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="fq-bench-", ignore_cleanup_errors=True)
        folder = keep or Path(stack.enter_context(made))
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)  # where PostgreSQL runs as another user, it must reach its own folder in here
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": str(SEEDED), "DATABASE_URL": "", "REDIS_URL": ""}
        serving = Serving(folder, given)
        server = Postgres(folder / "postgres")
        stack.callback(server.stop)
        await asyncio.to_thread(serving.start)
        stack.callback(serving.stop)
        connection = await psycopg.AsyncConnection.connect(server.conninfo(), autocommit=True)
        stack.push_async_callback(connection.close)
        yield Ground(serving, server, connection, await _tokens(serving.url))


async def _tokens(url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        for login in sorted({*WHO.values(), *reads.READERS}):
            answer = await client.post("/api/v1/auth/token", json={"account": login, "password": PASSWORD})
            found[login] = answer.raise_for_status().json()["access_token"]
    return found


async def _ask(program: str, order: Walk | Order | load.Order | hall.Order, *words: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.benchmarks.{program}", *words,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate(json.dumps(asdict(order)).encode())
    if process.returncode:
        raise RuntimeError(f"tests.benchmarks.{program} ended with {process.returncode}")
    return dict(json.loads(said))


def _seed() -> int:
    """Begin numbers that tell petitioners apart from those of earlier walks."""
    return int(time.monotonic() * 1000) % 10**7
