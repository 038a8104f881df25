"""The product that is attacked, and what every attack is followed by: it still serves, and it kept quiet."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import PASSWORD, served
from tests.redteam.inside import Inside
from tests.redteam.wire import Target
from tests.support.serving import Serving

__all__ = ["served"]


@pytest.fixture(scope="session")
def target(served: Serving) -> Generator[Target]:
    """Give the product's address, and clients to attack it with."""
    made = Target(served.url, Path(served.data), PASSWORD, output=lambda: printed(served))
    yield made
    made.close()
    assert_silent((made.data / "logs" / "app.jsonl").read_text(encoding="utf-8"), made)


@pytest.fixture(scope="session")
def inside(target: Target) -> Inside:
    """Give what lies behind the attacked product."""
    return Inside(target.data)


@pytest.fixture(autouse=True)
def unharmed(request: pytest.FixtureRequest) -> Generator[None]:
    """After each attack: the server is alive, serves an honest person."""
    yield
    if "target" in request.fixturenames:
        target: Target = request.getfixturevalue("target")
        assert httpx.get(target.url + "/healthz", timeout=5).json() == {"status": "ok"}
        assert target.honest().get("/api/v1/cases", params={"limit": 1}).status_code == 200


def printed(served: Serving) -> str:
    """Give what the product printed, without the table of demo accounts; nothing of one that was started elsewhere."""
    return served.output.partition("\nready ")[2] if hasattr(served, "lines") else ""


def assert_silent(log: str, target: Target) -> None:
    for secret in (PASSWORD, *target.secrets):
        assert secret not in log, "a secret was logged"
    for line in log.splitlines():
        json.loads(line)
