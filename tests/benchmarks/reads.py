"""Reading at the size of the county: lists, a case, figures, as each kind of reader asks them over HTTP."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from tests.benchmarks import processors
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.load import Done, Order

REPEATS, WARM_UP, AT_ONCE, SECONDS = 20, 7, 8, 5.0
PAGE_MS, FIGURES_MS, PAGES = 15.0, 100.0, 150.0
"""Goals: a page or a case for one reader, the departments' figures, and pages a second at eight connections."""
READERS = {"center": "", "registrar": "", "leader": "", "rsj": "ours", "rsj_head": "ours"}
"""Who reads, and the view of the own ledger."""
Ask = Callable[[Order], Awaitable[Done]]


async def measure(
    url: str, tokens: dict[str, str], cases: int, used: Callable[[], dict[str, float]], ask: Ask
) -> Table:
    """Ask everything in turn, each reader alone; then the centre's list from eight connections at once."""
    table = Table(f"6 · Reading at {cases:,} cases, one reader at a time")
    for login, view in READERS.items():
        async with _client(url, tokens[login]) as client:
            page = f"/api/v1/cases?limit=20{f'&view={view}' if view else ''}"
            # those copied inside the database have numbers that no reader could type
            found = (await client.get(f"{page}&sort=-created")).raise_for_status().json()["items"]
            number = next(one["number"] for one in found if one["number"].isalnum())
            for path in (page, f"/api/v1/cases/{number}"):
                table.add(await _asked(client, f"{login}: {'a case' if number in path else page}", path, used, PAGE_MS))
            if login in {"leader", "rsj_head"}:
                since = (datetime.now(UTC) - timedelta(days=30)).date()
                path = f"/api/v1/statistics/departments?since={since}"
                table.add(await _asked(client, f"{login}: figures of thirty days", path, used, FIGURES_MS))
    order = Order(int(url.rsplit(":", 1)[1]), "/api/v1/cases?limit=20", AT_ONCE, SECONDS, 10_000, {"Authorization": f"Bearer {tokens['center']}"})  # fmt: skip
    done = await ask(order)
    kept = "met" if done.rate >= PAGES else "MISSED"
    faults = f", {done.faults} FAULTS" if done.faults else ""
    table.add(Series(f"center: list, {AT_ONCE} at once", done.times, f"{done.rate:.0f} pages/s (goal ≥ {PAGES:.0f}: {kept}){faults}"))  # fmt: skip
    return table


def _client(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=60, headers={"Authorization": f"Bearer {token}"})


async def _asked(
    client: httpx.AsyncClient, name: str, path: str, used: Callable[[], dict[str, float]], goal: float
) -> Series:
    for _ in range(WARM_UP):
        (await client.get(path)).raise_for_status()
    before, times = used(), list[float]()
    for _ in range(REPEATS):
        began = time.perf_counter()
        answer = await client.get(path)
        times.append(time.perf_counter() - began)
        answer.raise_for_status()
    spent = {kind: value / REPEATS for kind, value in processors.between(before, used()).items()}
    shares = ", ".join(f"{kind} {value:.1f}" for kind, value in spent.items() if value >= 0.5)
    found = Series(name, times)
    kept = "met" if found.median * 1000 <= goal else "MISSED"
    found.note = f"goal p50 ≤ {goal:.0f} ms: {kept}; processor {sum(spent.values()):.1f} ms ({shares})"
    return found
