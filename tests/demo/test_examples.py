"""Every example of the interface's description works in the demo county, taken as it stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.build import build_api
from app.demo import load
from app.settings import Settings
from domain.briefs.models import Brief
from domain.kernel.unit_of_work import unit_of_work
from domain.reports.models import PeriodReport
from state.clock import now

PASSWORD = "Qingxi-" + "2026x"
APP = build_api(settings=Settings(_env_file=None))
DESCRIBED = APP.openapi()["paths"]
BY_STRANGERS = {
    "/api/v1/auth/token": "a password is nobody's example",
    "/api/v1/auth/password": "a password is nobody's example",
    "/api/v1/auth/second-factor/confirm": "a code is good for half a minute",
    "/api/v1/journal/export": "an auditor signs in with a code",
}


def example(path: str) -> Any:
    body = DESCRIBED[path]["post"]["requestBody"]["content"]["application/json"]
    return next(iter(body["examples"].values()))["value"]


async def test_every_example_works(own_engine: AsyncEngine, tmp_path: Path) -> None:
    await load(cases=5, seed=7, password=PASSWORD, at=now(), folder=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://testserver") as client:
        tokens: dict[str, str] = {}
        worked: set[str] = set()

        async def post(login: str, path: str, **names: str) -> Any:
            if login not in tokens:
                signed = await client.post("/api/v1/auth/token", json={"account": login, "password": PASSWORD})
                tokens[login] = signed.json()["access_token"]
            given = example(path)
            # the number of a case is the county's own; everything else is taken as it stands
            given = {key: names.get(f"in_{key}", value) for key, value in given.items()}
            headers = {"Authorization": f"Bearer {tokens[login]}"}
            answer = await client.post(path.format(**names), json=given, headers=headers)
            assert answer.status_code < 300, (path, answer.text)
            worked.add(path)
            return answer.json() if "json" in answer.headers["content-type"] else None

        async def submitted() -> str:
            number = (await post("registrar", "/api/v1/cases"))["number"]
            headers = {"Authorization": f"Bearer {tokens['registrar']}"}
            await client.post(f"/api/v1/cases/{number}/actions/submit", json={}, headers=headers)
            return str(number)

        await post("guide", "/api/v1/visits")
        one, other, child = [await submitted() for _ in range(3)]
        await post("center", "/api/v1/cases/search")
        await post("center", "/api/v1/cases/export")
        async with unit_of_work() as session:
            day = await session.scalar(select(func.max(Brief.brief_date)))
            week = await session.scalar(select(func.max(PeriodReport.first_date)).where(PeriodReport.kind == "week"))
        await post("center", "/api/v1/briefs/export", in_day=str(day))
        await post("center", "/api/v1/reports/export", in_report=f"week-{week}")
        await post("center", "/api/v1/lists/{listing}/search", listing="category-words")
        await post("center", "/api/v1/lists/{listing}/export", listing="category-words")
        await post("center", "/api/v1/cases/{number}/actions/{action}", number=one, action="dispatch")
        await post("center", "/api/v1/cases/{number}/merge", number=other, in_into=one)
        await post("center", "/api/v1/cases/{number}/unmerge", number=other)
        await post("center", "/api/v1/cases/{number}/parent", number=child, in_parent=one)
        await post("center", "/api/v1/cases/{number}/waive", number=one)
        headers = {"Authorization": f"Bearer {tokens['center']}"}
        person = (await client.get(f"/api/v1/cases/{one}", headers=headers)).json()["parties"][0]["person_id"]
        await post("center", "/api/v1/persons/{person_id}/reveal", person_id=person)
        assert (await post("model", "/api/v1/risk-labels"))["received"] == 1

    told = {
        path
        for path, methods in DESCRIBED.items()
        if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
    }
    assert worked | set(BY_STRANGERS) == told
