"""What was acknowledged is there after `kill -9`, and nothing is there by half."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest

from app.launch.postgres import Postgres
from tests.support.clients import Client, matter
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(180)
PASSWORD = "Crash-" + "2026x"
CLIENTS, ENOUGH = 4, 40
STATUS_AND_LAST_LINE = """
    SELECT c.number, c.status, c.version, last.detail ->> 'to', coalesce((last.detail ->> 'version')::int, 1), lines.count
    FROM case_file c
    JOIN LATERAL (SELECT detail FROM journal_entry j
                  WHERE j.subject_id = c.id AND j.action LIKE 'case.%' ORDER BY seq DESC LIMIT 1) last ON true
    JOIN LATERAL (SELECT count(*) AS count FROM journal_entry j
                  WHERE j.subject_id = c.id AND j.action LIKE 'case.%') lines ON true
"""
LINES_WITHOUT_CASE = """
    SELECT j.seq FROM journal_entry j LEFT JOIN case_file c ON c.id = j.subject_id
    WHERE j.subject_kind = 'case' AND c.id IS NULL
"""
STEPS_WITHOUT_MESSAGE = """
    SELECT j.seq FROM journal_entry j
    WHERE j.action LIKE 'case.%%' AND j.detail ? 'version' AND j.detail ->> 'number' = ANY(%s)
    AND NOT EXISTS (SELECT 1 FROM outbox_message o WHERE (o.payload ->> 'journal')::bigint = j.seq)
"""


@dataclass
class Acknowledged:
    """What clients were told is done: (number, action, version), in the order of the answers."""

    steps: list[tuple[str, str, int]] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def note(self, action: str, answer: httpx.Response) -> str:
        if answer.status_code not in {200, 201}:
            self.unexpected.append(f"{action}: {answer.status_code} {answer.text}")
            raise httpx.HTTPError(action)
        told = answer.json()
        self.steps.append((told["number"], action, told["version"]))
        if len(self.steps) >= ENOUGH:
            self.enough.set()
        return str(told["number"])


@pytest.fixture
def serving() -> Generator[Serving]:
    """Give a product over a small demo county, not yet started; nothing of it is left running."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        product = Serving(Path(folder), {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": "1"})
        yield product
        if product.process.poll() is None:
            product.stop()
        Postgres(product.data / "postgres").stop()


def test_what_was_acknowledged_survives_being_killed_twice(serving: Serving) -> None:
    serving.start()
    seeds = count(1)
    told: list[tuple[str, str, int]] = []
    for _ in range(2):
        told += work_until_killed(serving, seeds)
        serving.start()
        expect_all_of(told, serving)
        expect_nothing_by_half(told, serving)
        expect_an_unbroken_journal(serving)


def work_until_killed(serving: Serving, seeds: count[int]) -> list[tuple[str, str, int]]:
    """Let clients work at once, kill the server under them, and give what they were told."""
    told = Acknowledged()
    with ExitStack() as opened:
        staff = {
            login: opened.enter_context(Client(serving.url, login, PASSWORD))
            for login in ("registrar", "center", "rsj")
        }
        threads = [threading.Thread(target=keep_working, args=(staff, seeds, told)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        enough = told.enough.wait(40)
        assert serving.stop(signal.SIGKILL) == -signal.SIGKILL
        for thread in threads:
            thread.join(timeout=30)
    assert told.unexpected == []
    assert enough
    return told.steps


def keep_working(staff: dict[str, Client], seeds: count[int], told: Acknowledged) -> None:
    """Bring case after case along its line until the server is gone."""
    while True:
        try:
            bring_along(staff, next(seeds), told)
        except httpx.HTTPError:
            return


def bring_along(staff: dict[str, Client], seed: int, told: Acknowledged) -> None:
    number = told.note("create", staff["registrar"].post("/cases", matter(seed)))
    told.note("submit", staff["registrar"].act(number, "submit"))
    told.note("dispatch", staff["center"].act(number, "dispatch", {"lead_department": "rsj"}))
    charge = {"person_in_charge": "何" + "经办", "person_phone": "0595-22000000"}
    told.note("accept", staff["rsj"].act(number, "accept", charge))
    told.note("toggle_urgent", staff["center"].act(number, "toggle_urgent"))


def expect_all_of(told: list[tuple[str, str, int]], serving: Serving, password: str = PASSWORD) -> None:
    """Read every case that was acknowledged, over the interface."""
    with Client(serving.url, "registrar", password) as registrar:
        for number in sorted({number for number, _, _ in told}):
            steps = [(action, version) for given, action, version in told if given == number]
            assert registrar.get(f"/cases/{number}")["version"] >= max(version for _, version in steps)
            found = [line["action"].removeprefix("case.") for line in registrar.get(f"/cases/{number}/journal")]
            assert {action for action, _ in steps} <= set(found), number


def expect_nothing_by_half(told: list[tuple[str, str, int]], serving: Serving) -> None:
    """Compare cases, journal and outbox: each step left all of its traces or none."""
    with psycopg.connect(Postgres(serving.data / "postgres").conninfo()) as connection:
        cases = connection.execute(STATUS_AND_LAST_LINE).fetchall()
        assert len(cases) >= len({number for number, _, _ in told})
        for number, status, version, last_status, last_version, lines in cases:
            assert (status, version) == (last_status, last_version), number
            assert lines == version, number
        assert connection.execute(LINES_WITHOUT_CASE).fetchall() == []
        numbers = [number for number, _, _ in told]
        assert connection.execute(STEPS_WITHOUT_MESSAGE, [numbers]).fetchall() == []


def expect_an_unbroken_journal(serving: Serving) -> None:
    done = serving.command("audit", "verify")
    assert done.returncode == 0, done.stderr
    assert "审计日志完整" in done.stdout
