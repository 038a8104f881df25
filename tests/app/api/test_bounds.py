"""Every date and number that the interface takes has bounds: one out of them is refused by its name, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.api.build import build_api
from app.settings import Settings
from domain.cases.vocabulary import Action
from tests.app.api.conftest import Api
from tests.support.county import MAIN_LINE

FAR = (
    "0001-01-01T00:00:00+08:00", "0001-01-01T00:00:00Z", "1600-01-01T00:00:00+08:00", "1899-12-31T15:00:00Z",
    "2100-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00", "10000-01-01T00:00:00Z",
)  # fmt: skip
DAYS = ("0001-01-01", "1600-01-01", "1899-12-31", "2100-01-01", "9999-12-31", "2026-02-30")
NUMBERS: tuple[Any, ...] = (-1, 2**31, 2**63, 10**30, -(10**30), "９９９９９９９９９９", 1.5)
AMOUNTS: tuple[Any, ...] = (-1, 10**12, 10**30, "1e400", "0.001", "NaN", "Infinity")
BY_WHOM = {"/api/v1/visits": "guide", "/api/v1/cases": "registrar", "/api/v1/journal/export": "auditor"}
DESCRIBED = build_api(settings=Settings(_env_file=None)).openapi()


def kinds(schema: dict[str, Any]) -> set[str]:
    """Name what a schema may hold: date-time, date, integer, number."""
    own = {schema.get("format"), schema.get("type")}
    return {str(one) for one in own if one}.union(*(kinds(one) for one in schema.get("anyOf", ())))


def bad(schema: dict[str, Any]) -> tuple[Any, ...]:
    found = kinds(schema)
    if "date-time" in found:
        return (*FAR, *DAYS) if "date" in found else FAR
    return NUMBERS if "integer" in found else AMOUNTS if "number" in found else ()


def bodies() -> Iterator[tuple[str, str, Any]]:
    """Go through the dates and numbers of every body: address, field, value."""
    for path, methods in DESCRIBED["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            named = content["schema"]["$ref"].rpartition("/")[2]
            for field, schema in DESCRIBED["components"]["schemas"][named]["properties"].items():
                for value in bad(schema):
                    yield path, field, value


def filters() -> Iterator[tuple[str, str, Any]]:
    for path, methods in DESCRIBED["paths"].items():
        for one in methods.get("get", {}).get("parameters", ()):
            if one["in"] == "query":
                for value in bad(one["schema"]):
                    yield path, one["name"], value


def filled(path: str, number: str) -> str:
    words = {"{number}": number, "{action}": "edit", "{code}": "rsj", "{measure}": "total"}
    for name, value in words.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize(("path", "field", "value"), list(bodies()))
async def test_a_body_out_of_bounds_is_refused_by_its_field(api: Api, path: str, field: str, value: Any) -> None:
    number = await api.case() if "{number}" in path else ""
    given = {"title": "试", "parties": [{"name": "某某", "phone": "0595-22000000"}]} if path == "/api/v1/cases" else {}
    answer = await api.post(BY_WHOM.get(path, "registrar"), filled(path, number), {**given, field: value})

    assert answer.status_code == 422, answer.text
    assert field in answer.json()["fields"], answer.text


@pytest.mark.parametrize(("path", "field", "value"), list(filters()))
async def test_a_filter_out_of_bounds_is_refused_by_its_name(api: Api, path: str, field: str, value: Any) -> None:
    answer = await api.get("center", filled(path, "x"), params={field: value})

    assert answer.status_code == 422, answer.text
    assert field in answer.json()["fields"], answer.text


def test_there_are_such_bodies_and_filters() -> None:
    assert {field for _, field, _ in bodies()} >= {
        "occurred_at", "new_due_at", "headcount", "amount", "days", "promise_days", "companions", "from", "to", "limit",
    }  # fmt: skip
    moments = {f"{kind}_{end}" for kind in ("created", "closed", "due", "occurred") for end in ("from", "to")}
    assert {field for _, field, _ in filters()} == {"from", "to", "limit", *moments}


@pytest.mark.parametrize("value", ["3", "３", 3])
async def test_full_width_figures_are_figures(api: Api, value: Any) -> None:
    number = await api.case(MAIN_LINE[:3])
    answer = await api.act("rsj", number, Action.REQUEST_EXTENSION.value, {"opinion": "需要外出取证", "days": value})

    assert answer.status_code == 200, answer.text
