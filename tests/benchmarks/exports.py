"""A long export: rows, seconds, processor time and memory of its process, and what others' list pages take beside it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks import archive, lifecycles, processors
from tests.benchmarks.figures import Series, Table
from tests.support.processes import started_by

SIZE, GOAL, SLOWER = 100_000, 15.0, 1.25
"""Cases; seconds for a hundred thousand of them; how much longer a page of somebody else may take meanwhile (p95)."""
ALONE_SECONDS, EVERY, MOST_SECONDS = 10.0, 0.05, 900.0
PAGE = "/api/v1/cases?limit=20"


@dataclass
class Used:
    """What the process of exports had used when it was last seen: milliseconds of processor time, megabytes."""

    processor: float = 0.0
    memory: float = 0.0

    def look(self, root: int) -> None:
        """Look at it, below the supervisor and the jobs process."""
        for jobs in started_by(root):
            for process, words in started_by(jobs).items():
                if b"app.jobs.exporting" in words:
                    with contextlib.suppress(OSError, StopIteration):
                        self.processor = processors.used([process]).get("export", self.processor)
                        lines = Path(f"/proc/{process}/status").read_text().splitlines()
                        peak = next(line for line in lines if line.startswith("VmHWM"))
                        self.memory = int(peak.split()[1]) / 1024


async def measure(cases: int, tell: Callable[[str], None], keep: Path | None = None) -> None:
    """Grow the county, read pages alone, export everything, and read pages meanwhile."""
    async with asyncio.timeout(MOST_SECONDS), lifecycles.ground_of(keep) as ground:
        if await ground.count("SELECT count(*) FROM case_file") <= lifecycles.SEEDED:
            await archive.remember(ground.connection)
            await archive.grow(ground.connection, cases)
        await ground.connection.execute(
            "UPDATE export_job SET state = 'cancelled' WHERE state IN ('waiting', 'running')"
        )
        tell("\n" + (await _measure(ground)).text())


async def _measure(ground: lifecycles.Ground) -> Table:
    reader = _client(ground, "leader")
    async with reader, _client(ground, "center") as center:
        alone, beside = Series(f"leader: {PAGE}, alone"), Series(f"leader: {PAGE}, beside the export")
        await _pages(reader, Series("warm-up"), asyncio.create_task(asyncio.sleep(3.0)))
        await _pages(reader, alone, asyncio.create_task(asyncio.sleep(ALONE_SECONDS)))
        used, before, began = Used(), ground.used(), time.perf_counter()
        (await center.post("/api/v1/cases/export", json={})).raise_for_status()
        await _pages(reader, beside, asyncio.create_task(_done(ground, used)))
        seconds, spent = time.perf_counter() - began, processors.between(before, ground.used())
        await _pages(reader, alone, asyncio.create_task(asyncio.sleep(ALONE_SECONDS)))
    rows = await ground.count("SELECT rows FROM export_job ORDER BY asked_at DESC LIMIT 1")
    size = await ground.count("SELECT size FROM export_job ORDER BY asked_at DESC LIMIT 1")
    table = Table(f"7 · Export of {rows:,} cases beside a reader, from the press to the file")
    alone.note = "a page each 50 ms, before and after"
    slower = beside.p95 / alone.p95
    beside.note = f"p95 {slower:.2f} of alone (goal ≤ {SLOWER}: {_kept(slower <= SLOWER)})"
    allowed = GOAL * rows / SIZE
    shares = ", ".join(f"{kind} {value / 1000:.1f}" for kind, value in spent.items() if value >= 100)
    whole = Series("export", [seconds], f"{rows / seconds:,.0f} rows/s, goal ≤ {allowed:.1f} s: {_kept(seconds <= allowed)}; "
                   f"file {size / 1e6:.1f} MB; its process {used.processor / 1000:.1f} s, {used.memory:.0f} MB; "
                   f"all, reader's included, in s: {shares}")  # fmt: skip
    table.add(alone)
    table.add(beside, alone)
    table.add(whole)
    return table


def _client(ground: lifecycles.Ground, login: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {ground.tokens[login]}"}
    return httpx.AsyncClient(base_url=ground.serving.url, timeout=60, headers=headers)


async def _pages(client: httpx.AsyncClient, series: Series, until: asyncio.Task[None]) -> None:
    while not until.done():
        began = time.perf_counter()
        (await client.get(PAGE)).raise_for_status()
        series.add(time.perf_counter() - began)
        await asyncio.sleep(EVERY)
    until.result()


async def _done(ground: lifecycles.Ground, used: Used) -> None:
    """Wait until no export runs, and keep what its process used by then."""
    while await ground.count("SELECT count(*) FROM export_job WHERE state IN ('waiting', 'running')"):
        await asyncio.to_thread(used.look, ground.serving.process.pid)
        await asyncio.sleep(0.2)
    if not await ground.count("SELECT (state = 'done')::int FROM export_job ORDER BY asked_at DESC LIMIT 1"):
        raise RuntimeError("the export was not done")


def _kept(met: bool) -> str:
    return "met" if met else "MISSED"
