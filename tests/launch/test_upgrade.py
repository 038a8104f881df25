"""The data of an earlier release under this one: the first start brings the schema up to date, and everything is there."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from alembic import command

from app.launch.postgres import Postgres
from domain.kernel import anchors
from tests.support.clients import Client, matter
from tests.support.database import move_schema
from tests.support.earlier import seal_as_before
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(300)

PASSWORD = "Older-" + "2026x"
EARLIER = "cbf16e3463fc"
"""The schema of the release before a county could be founded by its papers."""
MOVING = frozenset({"due", "shown_status", "status_label", "supervision", "supervision_auto", "deadlines", "version"})
"""What of a case goes with the clock while the product works."""


@dataclass
class Older:
    """A county that an earlier release left behind, and what its people saw."""

    serving: Serving
    seen: dict[str, object]
    lines: int


def cases_of(client: Client) -> dict[str, object]:
    """Read every case as the centre does: what it is, who has it, what became of it."""
    numbers = [row["number"] for row in client.get("/cases?limit=100")["items"]]
    read = {number: client.get(f"/cases/{number}") for number in numbers}
    return {number: {name: shown[name] for name in shown.keys() - MOVING} for number, shown in read.items()}


def assert_sealed_and_anchored(server: Postgres, data: Path) -> None:
    """Make sure that a stop in order left no line without a place, and none after the last anchor."""
    with psycopg.connect(server.conninfo()) as connection:
        words = "SELECT (SELECT count(*) FROM journal_entry), count(*), max(place) FROM journal_seal"
        lines, places, last = connection.execute(words).fetchone() or (0, 0, 0)
    assert lines == places == last
    assert f'"seq": {last}' in (data / anchors.FILE).read_text(encoding="utf-8").splitlines()[-1]


@pytest.fixture(scope="module")
def older() -> Generator[Older]:
    """Let a county work, and bring its database back to the earlier schema."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        serving = Serving(data, {"DEMO": "1", "DEMO_CASES": "12", "DEMO_PASSWORD": PASSWORD}).start()
        server = Postgres(data / "postgres")
        try:
            with Client(serving.url, "center", PASSWORD) as centre:
                seen = cases_of(centre)
            serving.stop()
            server.start()
            assert_sealed_and_anchored(server, data)
            assert move_schema(server.url(), command.downgrade, EARLIER) == EARLIER
            lines = seal_as_before(server.conninfo(), data)
            server.stop()
            yield Older(serving, seen, lines)
        finally:
            if serving.process.poll() is None:
                serving.stop()
            server.stop()


def test_comes_up_with_every_case_as_it_was_and_goes_on(older: Older) -> None:
    older.serving.start()
    with (
        Client(older.serving.url, "center", PASSWORD) as centre,
        Client(older.serving.url, "registrar", PASSWORD) as desk,
    ):
        assert cases_of(centre) == older.seen
        assert len(older.seen) >= 12
        number = desk.post("/cases", matter(860)).json()["number"]
        assert desk.act(number, "submit").status_code == 200
        assert centre.act(number, "dispatch", {"lead_department": "rsj"}).status_code == 200
    verified = older.serving.command("audit", "verify")
    assert "审计日志完整" in verified.stdout, verified.stderr
    assert older.lines > 100
    assert f'"seq": {older.lines}' in (older.serving.data / anchors.FILE).read_text(encoding="utf-8").splitlines()[0]


def test_finds_what_is_done_to_a_line_of_before(older: Older) -> None:
    server = Postgres(older.serving.data / "postgres")
    older.serving.stop()
    server.start()
    try:
        assert_sealed_and_anchored(server, older.serving.data)
        with psycopg.connect(server.conninfo()) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("UPDATE journal_entry SET origin = 'x' WHERE seq = 40")
    finally:
        server.stop()

    verified = older.serving.command("audit", "verify")
    assert verified.returncode == 1
    assert "第 40 条记录被修改或插入" in verified.stderr
