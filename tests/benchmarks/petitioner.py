"""The petitioner's pages: how heavy they are, and how many a second one process serves."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import httpx

from tests.benchmarks.figures import Series, Table
from tests.benchmarks.load import Done, Order
from tests.benchmarks.stage import Stage

LIGHT = 10 * 1024
"""Bytes that every plain page keeps to: a village's mobile network, an old phone."""
CONNECTIONS, ROUNDS, SECONDS, MOST = (1, 8), 2, 1.5, 3000
PLAIN = "GET /healthz"
PHONE = "1370000" + "4321"
CASE = {
    "title": "某工地拖欠工资",
    "content": "在某工地务工三个月，工资一直未结清，请求协调支付。",
    "category": "0701",
    "source": "online",
    "area": "359900001",
    "risk_level": "medium",
    "scale": "individual",
    "parties": [{"kind": "petitioner", "name": "林小满", "phone": PHONE, "no_id_reason": "网络来件未留证件"}],
}


async def measure(stage: Stage) -> Table:
    """Ask for the form and for the progress page of a signed-in petitioner, in turns with an empty endpoint."""
    path = await _registered(stage)
    cookie = await _signed_in(stage, path)
    asked = {
        PLAIN: ("/healthz", {}),
        "phone form /t/{token}": (path, {}),
        "signed-in page /t/{token}": (path, {"Cookie": cookie}),
    }
    table = Table("4 · The petitioner's page, from a second process")
    for connections in CONNECTIONS:
        done: dict[str, list[Done]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, (wanted, headers) in asked.items():
                order = Order(stage.port, wanted, connections, SECONDS, MOST, headers)
                done[name].append(await stage.load(order))
        _tell(table, done, connections)
    return table


def _tell(table: Table, done: dict[str, list[Done]], connections: int) -> None:
    rate = {name: sum(len(d.times) for d in rounds) / sum(d.elapsed for d in rounds) for name, rounds in done.items()}
    plain = Series("")
    for name, rounds in done.items():
        size, faults = rounds[-1].size, sum(d.faults for d in rounds)
        note = f"{rate[name]:,.0f} requests/s, {size:,} bytes"
        if name != PLAIN:
            kept = "met" if size <= LIGHT else "MISSED"
            note += f" (goal ≤ {LIGHT:,}: {kept}), {rate[name] / rate[PLAIN]:.2f} of its rate"
        note += f", {faults} FAULTS" if faults else ""
        word = "connection" if connections == 1 else "connections"
        series = Series(f"{name}, {connections} {word}", [time for d in rounds for time in d.times], note)
        table.add(series, None if name == PLAIN else plain)
        plain = series if name == PLAIN else plain


async def _registered(stage: Stage) -> str:
    """Register a case and give the path of its page."""
    async with stage.client("registrar") as registrar:
        case = CASE | {"occurred_at": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
        number = (await registrar.post("/api/v1/cases", json=case)).raise_for_status().json()["number"]
        answer = await registrar.post(f"/api/v1/cases/{number}/actions/submit", json={})
        return httpx.URL(answer.raise_for_status().json()["tracking_url"]).path


async def _signed_in(stage: Stage, path: str) -> str:
    """Ask for a code, read it from the demo's message page, enter it, and give the session's cookie."""
    async with stage.client() as phone:
        (await phone.post(f"{path}/code", data={"phone": PHONE})).raise_for_status()
        answer = await phone.post(f"{path}/enter", data={"phone": PHONE, "code": await _code(phone)})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"the petitioner was not let in: {answer.status_code}")
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def _code(phone: httpx.AsyncClient) -> str:
    for _ in range(30):
        found = re.search(r"验证码\D{0,6}(\d{6})", (await phone.get("/demo/sms")).text)
        if found:
            return found.group(1)
        await asyncio.sleep(0.3)
    raise RuntimeError("no code was sent")
