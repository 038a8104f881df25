"""Every body refuses what it does not know, and every example of the description works in the demo county."""

from __future__ import annotations

from typing import Any

import pytest

from app.api.build import build_api
from app.settings import Settings
from tests.app.api.conftest import Api

DESCRIBED = build_api(settings=Settings(_env_file=None)).openapi()
BODIES = [
    (method, path, operation["requestBody"]["content"]["application/json"])
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
WORDS = {
    "{number}": "QX2026000001", "{action}": "dispatch", "{code}": "rsj", "{measure}": "total",
    "{person_id}": "0199aa00-0000-7000-8000-000000000001", "{visit_id}": "0199aa00-0000-7000-8000-000000000001",
}  # fmt: skip


def filled(path: str) -> str:
    for name, value in WORDS.items():
        path = path.replace(name, value)
    return path


def test_there_are_bodies() -> None:
    assert len(BODIES) >= 12


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=[path for _, path, _ in BODIES])
async def test_a_key_that_nobody_knows_is_refused_by_its_name(
    api: Api, method: str, path: str, body: dict[str, Any]
) -> None:
    given = next(iter(body["examples"].values()))["value"]
    answer = await api.client.request(
        method.upper(), filled(path), json={**given, "titel": "x"}, headers=await api.bearer("registrar")
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["fields"] == {"titel": "没有这一项"}


async def test_a_key_that_nobody_knows_is_refused_inside_a_body_too(api: Api) -> None:
    given = {"title": "试", "parties": [{"name": "某某", "phone": "0595-22000000", "fone": "1"}]}

    answer = await api.post("registrar", "/api/v1/cases", given)

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"parties.0.fone": "没有这一项"}
