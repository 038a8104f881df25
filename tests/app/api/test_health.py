"""Health and figures, and the headers of safety."""

from __future__ import annotations

import httpx
from sqlalchemy import text

from domain.kernel import unit_of_work
from domain.kernel.unit_of_work import unit_of_work as work
from tests.app.api.conftest import Api


class TestHealth:
    async def test_live_and_ready(self, api: Api) -> None:
        assert (await api.client.get("/healthz")).json() == {"status": "ok"}
        ready = await api.client.get("/readyz")
        assert ready.status_code == 200, ready.text
        assert ready.json()["migrations"] == "ok"

    async def test_not_ready_with_another_schema_or_without_a_database(self, api: Api) -> None:
        async with work() as session:
            before = await session.scalar(text("SELECT version_num FROM alembic_version"))
            await session.execute(text("UPDATE alembic_version SET version_num = 'other'"))
        behind = await api.client.get("/readyz")
        async with work() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": before})
        gone = unit_of_work.engine_for("postgresql+psycopg://nobody@127.0.0.1:1/none")
        unit_of_work.use_engine(gone)
        try:
            away = await api.client.get("/readyz")
        finally:
            unit_of_work.use_engine(api.engine)
            await gone.dispose()
        assert (behind.status_code, behind.json()["migrations"]) == (503, "failed")
        assert (away.status_code, away.json()["database"]) == (503, "failed")

    async def test_figures_only_from_here_or_for_the_system_administrator(self, api: Api) -> None:
        number = await api.case((), seed=71)
        await api.get("registrar", f"/api/v1/cases/{number}")
        here = await api.client.get("/metrics")
        assert 'route="/api/v1/cases/{number}"' in here.text
        assert "fengqiao_outbox_waiting" in here.text
        assert number not in here.text
        away = httpx.ASGITransport(api.app, client=("10.1.2.3", 5000))
        async with httpx.AsyncClient(transport=away, base_url="http://testserver") as client:
            assert (await client.get("/metrics")).status_code == 401
            assert (await client.get("/metrics", headers=await api.bearer("viewer"))).status_code == 403
            assert (await client.get("/metrics", headers=await api.bearer("sysadmin"))).status_code == 200
        proxied = await api.client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        assert proxied.status_code == 401


class TestHeaders:
    async def test_protect_every_answer(self, api: Api) -> None:
        for path in ("/healthz", "/login", "/api/docs", "/api/v1/cases", "/nothing"):
            headers = (await api.client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "strict-transport-security" not in headers
        assert (await api.client.get("/api/v1/cases")).headers["cache-control"] == "no-store"
        secure = await api.client.get("https://testserver/login")
        assert secure.headers["strict-transport-security"]
