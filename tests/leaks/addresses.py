"""Every address of the interface, taken from the application itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute

from tests.leaks.oracle import CaseFact, VisitFact

_PLAIN = {"action": "urge", "measure": "total", "code": "rsj", "name": "favicon-32x32.png", "token": "A" * 22,
          "which": "units", "listing": "accounts", "report": "week-2026-11-16", "export_id": "0199aa00-0000-7000-8000-000000000001",
          "_path:path": "nowhere"}  # fmt: skip
"""Pieces of addresses that name no record."""
RECORDS = frozenset({"number", "visit_id", "person_id", "file_id"})
"""Pieces of addresses that name one."""


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """List (method, address) of everything that is served, sockets as "SOCKET"."""
    for route in _leaves(app.routes):
        if isinstance(route, APIWebSocketRoute):
            yield "SOCKET", route.path
        else:
            yield from ((method, route.path) for method in sorted(set(route.methods or ()) - {"HEAD", "OPTIONS"}))


def _leaves(found: Iterable[Any]) -> Iterator[Any]:
    for route in found:
        if hasattr(route, "path"):
            yield route
        else:
            yield from _leaves(route.original_router.routes)


def pieces(path: str) -> frozenset[str]:
    """List the pieces of an address that stand for something."""
    return frozenset(re.findall(r"\{([\w:]+)\}", path))


def filled(path: str, **given: object) -> str:
    """Write an address with its pieces filled in; a piece nobody knows is an error: say here what it names."""
    values = _PLAIN | {name: str(value) for name, value in given.items()}
    return re.sub(r"\{([\w:]+)\}", lambda found: values[found[1]], path)


def of_case(case: CaseFact) -> dict[str, object]:
    """Give what an address may name of a case."""
    named: dict[str, object] = {"number": case.number, "person_id": case.person_id}
    return named | ({"file_id": case.files[0]} if case.files else {})


def of_visit(visit: VisitFact) -> dict[str, object]:
    return {"visit_id": visit.id, "person_id": visit.person_id}


def of_nothing() -> dict[str, object]:
    """Give names of records that do not exist."""
    nobody = UUID(int=7)
    return {"number": "QX2026999999", "person_id": nobody, "file_id": nobody, "visit_id": nobody}


def body_of(description: dict[str, Any], method: str, path: str) -> Any:
    """Give a right body, as the description of the interface shows it; none where no body is taken."""
    operation = description["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = content.get("examples", {}).get("example", {})
    return example.get("value", {} if content else None)
