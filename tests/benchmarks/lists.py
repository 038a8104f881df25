"""The list of cases: interface and browser against bare SQL and an empty endpoint, small against large."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import psycopg
from playwright.async_api import Page

from tests.benchmarks import crowd
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.stage import Stage, Watch, seen

WARM_UP = 3
LOADS = 10
SETTLED = 0.5
"""Seconds after which an opened page is loaded once more: nobody does so while it still comes."""
NEWEST = "SELECT * FROM case_file WHERE status <> 'draft' ORDER BY created_at DESC NULLS LAST, id DESC LIMIT 20"
_ROWS = "document.querySelectorAll('tr[data-row]').length >= 20"
_FIRST = "document.querySelector('tr[data-row]')?.dataset.row"
_LOOK = f"(() => {{ const look = () => {{ if ({_ROWS}) fqSeen(); else requestAnimationFrame(look); }}; look(); }})()"
"""Runs in each page from its first moment on: tells when the rows are drawn."""
_PRESS = "[...document.querySelectorAll('th button')].find((b) => b.innerText === '编号').click()"


@dataclass
class Size:
    """The series of one size of the county."""

    cases: int
    series: dict[str, Series] = field(default_factory=dict)

    def of(self, name: str) -> Series:
        """Give the series of a name, made when first asked for."""
        return self.series.setdefault(name, Series(f"{name}, {self.cases:,} cases"))


PLAIN, SQL = "GET /healthz", "bare SQL, newest 20"
NEWEST_20, USUAL_20 = "GET …/cases?limit=20&sort=-created", "GET …/cases?limit=20 (usual order)"
SORTED = "browser: press a column head → rows"
OPENED, RELOADED = "browser: open /cases in a new tab → rows", "browser: reload /cases → rows"
ASKED = {PLAIN: "/healthz", NEWEST_20: "/api/v1/cases?limit=20&sort=-created", USUAL_20: "/api/v1/cases?limit=20"}


async def measure(stage: Stage) -> Table:
    """Measure at the size of the demo, grow the county, measure again."""
    small = await _measure(stage, Size(stage.cases))
    async with await stage.database() as connection:
        await crowd.grow(connection, stage.large)
    large = await _measure(stage, Size(stage.large))
    return table_of(small, large)


def table_of(small: Size, large: Size) -> Table:
    """Compare the small county with the bare SQL of its rows, and the large one with the small."""
    table = Table(f"3 · List of cases: {small.cases:,} against {large.cases:,}; ratio of the large to the small")
    plain = small.of(PLAIN)
    for name in (PLAIN, SQL, NEWEST_20, USUAL_20, SORTED, OPENED, RELOADED):
        one, many = small.of(name), large.of(name)
        one.note = "" if one is plain else f"{one.median / plain.median:.1f} × {PLAIN}"
        many.note = "" if name == PLAIN else f"{many.median / large.of(PLAIN).median:.1f} × {PLAIN}"
        table.add(one, None if name in {PLAIN, SQL} else small.of(SQL))
        table.add(many, one)
    return table


async def _measure(stage: Stage, size: Size) -> Size:
    person = await stage.person("center", "/cases")
    watch = await Watch(person.page).open()
    async with stage.client("center") as client, await stage.database() as connection:
        for turn in range(-WARM_UP, stage.repeats):
            times = {SQL: await _select(connection)}
            for name, path in ASKED.items():
                times[name] = await _get(client, path)
            if turn >= 0:
                for name, seconds in times.items():
                    size.of(name).add(seconds)
    await _in_the_browser(stage, size, person.page, watch)
    await person.page.close()
    return size


async def _in_the_browser(stage: Stage, size: Size, page: Page, watch: Watch) -> None:
    await _opening(stage, size, page)
    for _ in range(stage.repeats):
        before = await page.evaluate(_FIRST)
        began = time.perf_counter()
        moment = await watch.until(f"{_ROWS} && {_FIRST} !== '{before}'", first=_PRESS)
        size.of(SORTED).add(await seen(moment) - began)


async def _opening(stage: Stage, size: Size, signed_in: Page) -> None:
    """Open the list in tabs of a browser that has everything in its cache, and load each once more."""
    for turn in range(-WARM_UP, min(LOADS, stage.repeats)):
        page = await signed_in.context.new_page()
        watch = await Watch(page).open()
        await page.add_init_script(_LOOK)
        opened = await _drawn(watch, lambda page=page: page.goto(f"{stage.url}/cases", wait_until="commit"))
        await asyncio.sleep(SETTLED)
        reloaded = await _drawn(watch, lambda page=page: page.reload(wait_until="commit"))
        if turn >= 0:
            size.of(OPENED).add(opened)
            size.of(RELOADED).add(reloaded)
        await page.close()


async def _drawn(watch: Watch, go: Callable[[], Awaitable[object]]) -> float:
    moment, began = watch.next(), time.perf_counter()
    await go()
    return await seen(moment) - began


async def _get(client: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await client.get(path)
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return seconds


async def _select(connection: psycopg.AsyncConnection) -> float:
    began = time.perf_counter()
    rows = await (await connection.execute(NEWEST)).fetchall()
    seconds = time.perf_counter() - began
    if len(rows) != 20:
        raise RuntimeError("the county is too small for a page of rows")
    return seconds
