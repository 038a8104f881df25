"""Health and figures, and the headers of safety."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from app import causes
from domain.kernel import unit_of_work
from domain.kernel.unit_of_work import unit_of_work as work
from tests.app.api.conftest import Api
from tests.support.clients import matter


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


@pytest_asyncio.fixture(loop_scope="session")
async def full(api: Api) -> AsyncGenerator[None]:
    """Let the database answer as it does when its disk is full, whatever is written to the cases."""
    async with work() as session:
        await session.execute(
            text(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                "'could not extend file \"base/1\": No space left on device' USING ERRCODE = '53100'; END $$"
            )
        )
        await session.execute(
            text("CREATE TRIGGER no_room BEFORE INSERT ON case_file FOR EACH ROW EXECUTE FUNCTION no_room()")
        )
    try:
        yield
    finally:
        async with work() as session:
            await session.execute(text("DROP FUNCTION no_room CASCADE"))
        causes.forget()


class TestAFullDisk:
    async def test_is_said_to_whoever_works_and_to_whoever_operates(
        self, api: Api, full: None, capfd: pytest.CaptureFixture[str]
    ) -> None:
        given = matter(72, area="")
        answers = [await api.post("registrar", "/api/v1/cases", given) for _ in range(5)]
        assert {one.status_code for one in answers} == {503}
        assert answers[0].json()["detail"].startswith("磁盘空间不足，暂不能保存；已填写的内容还在")
        assert int(answers[0].headers["retry-after"]) > 0

        ready = await api.client.get("/readyz")
        assert (ready.status_code, ready.json()["storage"], ready.json()["causes"]) == (503, "full", ["disk_full"])
        said = "".join(capfd.readouterr())
        assert said.count("cause=disk_full") == 1
        assert "No space left on device" in said

    async def test_is_over_when_it_is_over(self, api: Api) -> None:
        assert (await api.client.get("/readyz")).json()["storage"] in {"ok", "low"}


class TestAwayFromPeople:
    @pytest.mark.parametrize(("method", "path"), [("GET", "/t/some-token"), ("POST", "/auth/login")])
    async def test_a_database_that_is_away_is_a_page_in_words(self, api: Api, method: str, path: str) -> None:
        gone = unit_of_work.engine_for("postgresql+psycopg://nobody@127.0.0.1:1/none")
        unit_of_work.use_engine(gone)
        try:
            answer = await api.client.request(
                method, path, data={"account": "rsj", "password": "x"} if method == "POST" else None
            )
        finally:
            unit_of_work.use_engine(api.engine)
            await gone.dispose()
            causes.forget()
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/html")
        assert "暂时无法使用" in answer.text


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
