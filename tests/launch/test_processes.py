"""The processes of the product under one supervisor: whichever dies comes back, and all of them end together.

One product with two web processes and a Redis goes through all of it; each test begins with a whole one.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from app.launch import lock
from app.launch.postgres import Postgres
from tests.support.clients import Client, matter
from tests.support.clocks import EACH, OVERDUE
from tests.support.logged import logged
from tests.support.processes import alive, started_by
from tests.support.redis import RedisServer, redis_server
from tests.support.serving import ROOT, Serving

pytestmark = pytest.mark.timeout(420)

PASSWORD = "Processes-" + "2026x"
WEB, JOBS = "app.launch.web", "app.jobs.process"
LONG = 240.0
"""Seconds after which a test gives up waiting, on a machine that may be busy."""


def wait_for(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)


@dataclass
class Product:
    """A served product, seen from outside."""

    serving: Serving
    redis: RedisServer

    @property
    def server(self) -> Postgres:
        return Postgres(self.serving.data / "postgres")

    def processes(self, module: str) -> list[int]:
        """Name the processes of a kind that the supervisor started."""
        started = started_by(self.serving.process.pid)
        return sorted(process for process, words in started.items() if module.encode() in words)

    def ready(self) -> dict[str, Any]:
        """Ask as a monitor does; whoever is not there answers nothing."""
        with suppress(httpx.HTTPError):
            answer = httpx.get(self.serving.url + "/readyz", timeout=30)
            return answer.json() | {"code": answer.status_code}
        return {"code": 0}

    def whole(self) -> bool:
        ready = self.ready()
        return (ready["code"], ready.get("jobs"), ready.get("redis")) == (200, "ok", "ok")

    def told(self, event: str) -> list[dict[str, Any]]:
        """Give the lines of the log that name an event."""
        return logged(self.serving.data, event)

    def rows(self, words: str) -> int:
        with psycopg.connect(self.server.conninfo()) as connection:
            row = connection.execute(words.encode()).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with redis_server() as redis, tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_CASES": "3", "DEMO_PASSWORD": PASSWORD, "WORKERS": "2", "REDIS_URL": redis.url}
        made = Product(Serving(Path(folder) / "data", given).start(), redis)
        try:
            yield made
        finally:
            if made.serving.process.poll() is None:
                made.serving.stop()
            made.server.stop()


@pytest.fixture(autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    if "product" in request.fixturenames:
        product: Product = request.getfixturevalue("product")
        wait_for(product.whole, f"it is not whole: {product.ready()} {product.serving.output[-2000:]}")


@pytest.mark.parametrize("module", [JOBS, "app.launch.server", "app.launch.supervisor"])
def test_supervisor_and_jobs_load_no_reflex(module: str) -> None:
    asked = f"import sys, {module}; print([name for name in sys.modules if name.startswith('reflex')])"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_kind_has_its_processes_and_ready_was_said_once(product: Product) -> None:
    assert len(product.processes(WEB)) == 2
    assert len(product.processes(JOBS)) == 1
    assert [line for line in product.serving.lines if line.startswith("ready ")] == [f"ready {product.serving.url}"]


def test_killed_web_processes_come_back_and_the_port_is_never_lost(product: Product) -> None:
    before = product.processes(WEB)
    for process in before:
        os.kill(process, signal.SIGKILL)

    # nobody serves now, and whoever comes is kept until somebody does
    assert httpx.get(product.serving.url + "/healthz", timeout=LONG).status_code == 200

    wait_for(lambda: len(product.processes(WEB)) == 2, "both come back")
    assert not set(before) & set(product.processes(WEB))
    assert {line["process"] for line in product.told("worker.died") if line["signal"] == "SIGKILL"} >= set(before)


def test_a_killed_jobs_process_comes_back(product: Product) -> None:
    [before] = product.processes(JOBS)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: product.processes(JOBS) not in ([], [before]), "it comes back")
    wait_for(product.whole, "it works again")
    assert (before, "SIGKILL") in [(line["process"], line["signal"]) for line in product.told("jobs.died")]


def test_a_killed_database_comes_back_with_all_that_was_acknowledged(product: Product) -> None:
    with Client(product.serving.url, "registrar", PASSWORD) as registrar:
        kept = [registrar.post("/cases", matter(seed)).json()["number"] for seed in range(3)]
        postmaster = product.server.pid()
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        wait_for(lambda: product.server.pid() not in (None, postmaster), "it is started again")
        wait_for(product.whole, "it serves again")
        for number in kept:
            assert registrar.get(f"/cases/{number}")["number"] == number
    assert product.told("database.died")
    assert product.told("database.started")


def test_without_redis_requests_work_and_a_monitor_reads_it(product: Product) -> None:
    with Client(product.serving.url, "registrar", PASSWORD) as registrar:
        product.redis.kill()
        try:
            wait_for(lambda: product.ready().get("redis") == "away", "it is noticed")
            ready = product.ready()
            created = registrar.post("/cases", matter(7))
        finally:
            product.redis.start()
    assert (ready["code"], ready["status"]) == (200, "ok")
    assert any("Redis" in said for said in ready["said"])
    assert created.status_code == 201
    assert 1 <= len(product.told("redis.away")) <= 2


def test_a_killed_supervisor_takes_all_along_and_the_next_one_ends_in_the_middle_of_thousands(
    product: Product,
) -> None:
    serving, others = product.serving, [*product.processes(WEB), *product.processes(JOBS)]
    serving.stop(signal.SIGKILL)
    wait_for(lambda: not any(map(alive, others)), "its processes end")
    assert not lock.is_held(serving.data)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", urlsplit(serving.url).port))

    with psycopg.connect(product.server.conninfo()) as connection:
        connection.execute(OVERDUE.format(at="now()").encode())
    count, before = "SELECT count(*) FROM breach", product.rows("SELECT count(*) FROM breach")
    serving.start()
    wait_for(lambda: product.rows(count) > before, "the clock writes")
    assert serving.stop() == 0
    assert product.server.pid() is None
    assert not lock.is_held(serving.data)
    assert product.told("jobs.killed") == product.told("worker.killed") == []
    product.server.start()
    assert before < product.rows(count) < EACH
