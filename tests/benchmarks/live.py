"""From a step by one person to the open page of another."""

from __future__ import annotations

import asyncio
import time

import httpx

from tests.benchmarks.figures import Series, Table
from tests.benchmarks.stage import Stage, Watch, seen

GOAL = 0.5
WARM_UP = 2
PAUSE = 0.2
"""Seconds between steps: each is a change of its own, not gathered with the one before."""


async def measure(stage: Stage) -> Table:
    """Mark a case urgent and take the mark off again, while the officer in charge has the list open."""
    officer = await stage.person("rsj", "/todo")
    row = officer.page.locator("tr[data-row]").first
    await row.wait_for()
    number = await row.get_attribute("data-row") or ""
    watch = await Watch(officer.page).open()
    called = Series("HTTP call of the step, answered")
    shown = Series("step → other browser shows it", goal=GOAL, note="changes are gathered for 60 ms")
    instrument = Series("instrument: to the page and back")
    async with stage.client("center") as centre:
        case = (await centre.get(f"/api/v1/cases/{number}")).raise_for_status().json()
        urgent = bool(case["urgent"])
        for turn in range(-WARM_UP, stage.repeats):
            urgent = not urgent
            times = await _step(centre, watch, number, urgent=urgent)
            if turn >= 0:
                called.add(times[0])
                shown.add(times[1])
                instrument.add(await watch.instrument())
            await asyncio.sleep(PAUSE)
    await officer.page.close()
    table = Table("2 · Step → another person's open list")
    table.add(called)
    table.add(shown, called)
    table.add(instrument, called)
    return table


async def _step(centre: httpx.AsyncClient, watch: Watch, number: str, *, urgent: bool) -> tuple[float, float]:
    """One step: seconds until its call is answered, and until the list of the other shows it."""
    tagged = f"!!document.querySelector(\"tr[data-row='{number}']\")?.innerText.includes('加急')"
    moment = await watch.until(f"{tagged} === {'true' if urgent else 'false'}")
    began = time.perf_counter()
    answer = await centre.post(f"/api/v1/cases/{number}/actions/toggle_urgent", json={})
    called = time.perf_counter() - began
    answer.raise_for_status()
    return called, await seen(moment) - began
