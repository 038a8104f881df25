"""A county in a database of its own, and the interface in front of it, for the tests of one module."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.build import build_api
from app.launch.postgres import Postgres
from app.settings import Settings
from domain.cases.vocabulary import Action
from domain.kernel import unit_of_work
from domain.kernel.unit_of_work import unit_of_work as work
from state.clock import now
from tests.support import county as support
from tests.support.county import PASSWORD, County
from tests.support.database import TEMPLATE

BASE = "http://testserver"


@dataclass
class Api:
    """The interface, its county, and tokens by login."""

    app: FastAPI
    client: httpx.AsyncClient
    county: County
    engine: AsyncEngine
    tokens: dict[str, str] = field(default_factory=dict)

    async def bearer(self, login: str) -> dict[str, str]:
        """Sign in over HTTP, once for each account."""
        if login not in self.tokens:
            async with work() as session:
                code = await support.fresh_code(session, login, at=now())
            given = {"account": login, "password": PASSWORD, "otp": code or None}
            answer = await self.client.post("/api/v1/auth/token", json=given)
            assert answer.status_code == 200, answer.text
            self.tokens[login] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[login]}"}

    async def get(self, login: str, path: str, **more: object) -> httpx.Response:
        return await self.client.get(path, headers=await self.bearer(login), **more)  # type: ignore[arg-type]

    async def post(
        self, login: str, path: str, json: object = None, headers: dict[str, str] | None = None, **more: object
    ) -> httpx.Response:
        wanted = await self.bearer(login) | (headers or {})
        return await self.client.post(path, json=json, headers=wanted, **more)  # type: ignore[arg-type]

    async def act(self, login: str, number: str, action: str, json: object = None, **headers: str) -> httpx.Response:
        return await self.post(login, f"/api/v1/cases/{number}/actions/{action}", json or {}, headers)

    async def case(self, road: tuple[Action, ...] = (), seed: int = 1) -> str:
        """Make a case of the registrar and bring it along the main line, in the domain."""
        async with work() as session:
            return await support.bring_to(session, self.county, road, at=now(), seed=seed)

    async def upload(self, login: str, content: bytes, name: str = "photo.jpg") -> httpx.Response:
        return await self.post(login, "/api/v1/attachments", files={"file": (name, content, "image/jpeg")})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(postgres: Postgres) -> AsyncGenerator[Api]:
    name = f"api_{uuid4().hex[:12]}"
    postgres.create_database(name, TEMPLATE)
    engine = unit_of_work.engine_for(postgres.url(name))
    unit_of_work.use_engine(engine)
    async with work() as session:
        county = await support.build(session, at=now())
    app = build_api(settings=Settings(demo=True, _env_file=None))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Api(app, client, county, engine)
    await engine.dispose()
    postgres.drop_database(name)
