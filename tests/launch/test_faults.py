"""What happens on bad days: what people see, what the operator reads, how much is written about it, and that nothing is lost.

Each row breaks one thing under the running product, works on, and mends it. `make soak` runs all of them and writes
the table of docs/operations.md to `faults.md` among the artefacts; the daily run takes the two that cost least.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from app.launch.postgres import Postgres
from tests.support.clients import matter
from tests.support.county import png
from tests.support.serving import ROOT, Serving

pytestmark = pytest.mark.timeout(420)

SOAK = bool(os.environ.get("SOAK"))
ARTEFACTS = Path(os.environ.get("TEST_ARTEFACTS", ROOT / "test-artefacts"))
PASSWORD = "Faults-" + "2026x"
SIZE = 700 << 20
TRIES = 40
"""Acts of people while something is broken."""
MOST_BYTES = 200_000
"""Of log and console together for all of them: twenty lines a minute of each kind, not some for each act."""


@dataclass
class Met:
    """One bad thing, as it was met."""

    seen: set[str] = field(default_factory=set)
    ready: str = ""
    told: set[str] = field(default_factory=set)
    written: int = 0


@dataclass
class Product:
    """The product over a demo county, and a registrar's and an officer's programs."""

    serving: Serving
    table: dict[str, Met] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.serving.url, timeout=60)
        self.registrar = self.token("registrar")
        self.kept = [self.write().json()["number"]]

    def token(self, login: str) -> dict[str, str]:
        given = {"account": login, "password": PASSWORD}
        return {"Authorization": f"Bearer {self.http.post('/api/v1/auth/token', json=given).json()['access_token']}"}

    def write(self) -> httpx.Response:
        """Register a case as a person does."""
        return self.http.post("/api/v1/cases", json=matter(840), headers=self.registrar)

    def ready(self) -> httpx.Response:
        return self.http.get("/readyz")

    def log(self) -> str:
        return (self.serving.data / "logs" / "app.jsonl").read_text(encoding="utf-8")

    @contextmanager
    def watched(self, name: str) -> Generator[Met]:
        """Note what is written while something is broken."""
        met, before, said = Met(), self.log(), self.serving.output
        yield met
        lines, console = self.log()[len(before) :], self.serving.output[len(said) :]
        met.written = len(lines.encode()) + len(console.encode())
        met.told = {word for word in _WORDS if word in lines}
        self.table[name] = met

    def work(self, met: Met) -> None:
        """Have people work on; whatever is answered is a sentence, and what is acknowledged is kept."""
        for _ in range(TRIES):
            answer = self.write()
            met.seen.add(str(answer.json().get("detail", "")) if answer.status_code != 201 else "已保存")
            if answer.status_code == 201:
                self.kept.append(answer.json()["number"])
        ready = self.ready()
        met.ready = f"{ready.status_code} {ready.json()['storage']} {'、'.join(ready.json()['causes'])}".strip()

    def mended(self) -> None:
        """Whatever was mended needs no restart, and nothing acknowledged is lost."""
        until = time.monotonic() + 60
        while (answer := self.write()).status_code != 201:
            assert time.monotonic() < until, answer.text
            time.sleep(1)
        self.kept.append(answer.json()["number"])
        for number in self.kept:
            assert self.http.get(f"/api/v1/cases/{number}", headers=self.registrar).status_code == 200


_WORDS = ("disk_full", "storage_fails", "database_away", "connections_used_up", "file.damaged", "file.lost")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Serve a demo county from a disk of its own, as far as this machine lets one be made."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        data.mkdir()
        disk = SOAK and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "fengqiao-test", str(data)], check=False
        )
        data.chmod(0o755)
        given = {"DEMO": "1", "DEMO_CASES": "10", "DEMO_PASSWORD": PASSWORD}
        serving = Serving(data, given).start()
        try:
            made = Product(serving)
            with closing(made.http):
                yield made
            _write_table(made.table)
        finally:
            serving.stop()
            Postgres(data / "postgres").stop()
            if disk:
                subprocess.run(["umount", "-l", str(data)], check=False)


def _write_table(table: dict[str, Met]) -> None:
    if not SOAK:
        return
    rows = [
        f"| {name} | {'；'.join(sorted(met.seen))} | {met.ready} | {'、'.join(sorted(met.told))} | {met.written:,} |"
        for name, met in table.items()
    ]
    head = ["| broken | people read | `/readyz` | the log names | bytes of log and console |", "|---|---|---|---|---|"]
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / "faults.md").write_text("\n".join([*head, *rows, ""]), encoding="utf-8")


def picture(product: Product, how: str) -> None:
    officer = product.token("rsj")
    given = {"file": ("x.png", png(), "image/png")}
    uploaded = product.http.post("/api/v1/attachments", files=given, headers=officer).json()["id"]
    path = product.serving.data / "files" / uploaded.replace("-", "")[-2:] / uploaded
    whole = path.read_bytes()
    with product.watched(f"a picture is {how}") as met:
        if how == "lost":
            path.unlink()
        else:
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        for _ in range(TRIES):
            answer = product.http.get(f"/api/v1/attachments/{uploaded}", headers=officer)
            assert answer.status_code == 404
            met.seen.add(answer.json()["detail"])
        met.ready = str(product.ready().status_code)
    path.write_bytes(whole)
    assert met.seen == {"图片文件已丢失或损坏，请联系管理员从备份恢复"}
    assert met.told == {f"file.{how}"}
    assert product.http.get(f"/api/v1/attachments/{uploaded}", headers=officer).status_code == 200


def damaged(product: Product) -> None:
    picture(product, "damaged")


def lost(product: Product) -> None:
    picture(product, "lost")


def full_disk(product: Product) -> None:
    data = product.serving.data
    assert data.is_mount(), "a disk of its own is made by root alone: run `make soak` as root"
    filler = data / "filler"
    with product.watched("the disk is full") as met:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * 4096):
                pass
        product.work(met)
    filler.unlink()
    product.mended()
    assert all("磁盘空间不足" in said or "数据库暂时连接不上" in said for said in met.seen - {"已保存"})
    assert met.ready.startswith("503 full")


def database_away(product: Product) -> None:
    server = Postgres(product.serving.data / "postgres")
    with product.watched("the database is away") as met:
        server.stop()
        product.work(met)
    server.start()
    product.mended()
    assert all("数据库暂时连接不上" in said for said in met.seen)
    assert met.ready.startswith("503")
    assert met.told == {"database_away"}


def connections_used_up(product: Product) -> None:
    server = Postgres(product.serving.data / "postgres")
    with (
        psycopg.connect(server.conninfo(), autocommit=True) as owner,
        product.watched("connections are used up") as met,
    ):
        owner.execute("ALTER ROLE fengqiao_app CONNECTION LIMIT 0")
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'fengqiao_app'")
        try:
            product.work(met)
        finally:
            owner.execute("ALTER ROLE fengqiao_app CONNECTION LIMIT -1")
    product.mended()
    assert all("同时操作的人太多" in said or "数据库暂时连接不上" in said for said in met.seen)
    assert met.ready.startswith("503")


FAULTS: tuple[Callable[[Product], None], ...] = (damaged, lost, database_away, connections_used_up, full_disk)
DAILY = FAULTS[:2]


@pytest.mark.parametrize("fault", FAULTS if SOAK else DAILY, ids=lambda fault: fault.__name__)
def test_a_fault_is_told_and_loses_nothing(product: Product, fault: Callable[[Product], None]) -> None:
    fault(product)
    assert [name for name, met in product.table.items() if met.written > MOST_BYTES] == []
