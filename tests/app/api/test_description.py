"""The interface describes itself: completely, currently, and without another host."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import httpx
import pytest

from app.api.build import DESCRIPTION, build_api, described
from app.settings import Settings

APP = build_api(settings=Settings(_env_file=None))
PERSONAL = {"name", "phone", "id_number", "address", "password", "otp", "person_phone"}


def operations() -> list[tuple[str, str, dict]]:
    return [
        (method, path, operation)
        for path, methods in APP.openapi()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://testserver") as opened:
        yield opened


class TestTheDescription:
    def test_kept_in_docs_is_current(self) -> None:
        kept = DESCRIPTION.read_text(encoding="utf-8")
        assert kept == described(), "run: python -m app.api.build"

    @pytest.mark.parametrize(("method", "path", "operation"), operations())
    def test_of_every_operation_is_complete(self, method: str, path: str, operation: dict) -> None:
        assert operation["summary"]
        assert operation["description"]
        answers = operation["responses"]
        assert "application/problem+json" in answers["401"]["content"]
        done = next(answers[code] for code in ("200", "201", "204") if code in answers)
        body = done.get("content", {}).get("application/json")
        if body is not None:
            assert "example" in body
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            assert operation["requestBody"]["content"]["application/json"]["examples"]
        assert "HTTPValidationError" not in str(answers)

    def test_gives_every_operation_its_own_name(self) -> None:
        names = [operation["operationId"] for _, _, operation in operations()]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(("method", "path", "operation"), operations())
    def test_puts_no_personal_data_into_addresses(self, method: str, path: str, operation: dict) -> None:
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] in {"query", "path"}}
        assert not named & PERSONAL

    def test_speaks_the_version_that_the_page_can_show(self) -> None:
        text = DESCRIPTION.read_text(encoding="utf-8")
        assert '"openapi": "3.0.3"' in text
        assert not re.search(r'"type": "null"|"const":|"contentMediaType"|"prefixItems"', text)


class TestThePage:
    async def test_loads_from_here_alone(self, client: httpx.AsyncClient) -> None:
        page = await client.get("/api/docs")
        assert page.status_code == 200
        for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert address.startswith("/")
            assert (await client.get(address)).status_code == 200
        assert "unsafe-inline" not in page.headers["content-security-policy"].split("style-src")[0]
        assert (await client.get("/api/v1/openapi.json")).json()["info"]["title"] == "枫桥 接口"

    async def test_gives_no_other_file(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/api/docs/..%2f__init__.py")).status_code == 404
