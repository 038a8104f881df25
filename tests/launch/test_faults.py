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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from app.launch.postgres import Postgres
from domain.kernel import crypto
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
MOST_BYTES = 20_000
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
        self.begin()
        self.kept = [self.write().json()["number"]]

    def begin(self) -> None:
        """Sign in, as everybody does after a start."""
        self.http = httpx.Client(base_url=self.serving.url, timeout=60)
        self.registrar = self.token("registrar")

    def token(self, login: str) -> dict[str, str]:
        given = {"account": login, "password": PASSWORD}
        return {"Authorization": f"Bearer {self.http.post('/api/v1/auth/token', json=given).json()['access_token']}"}

    def write(self) -> httpx.Response:
        """Register a case as a person does."""
        return self.http.post("/api/v1/cases", json=matter(840), headers=self.registrar)

    def ready(self) -> httpx.Response:
        return self.http.get("/readyz")

    def log(self) -> str:
        # made when there is something to tell
        file = self.serving.data / "logs" / "app.jsonl"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    @contextmanager
    def watched(self, name: str) -> Generator[Met]:
        """Note what is written while something is broken; what was broken before is over, and told no more."""
        until = time.monotonic() + 120
        while (ready := self.ready()).status_code != 200 or ready.json()["causes"]:
            assert time.monotonic() < until, ready.text
            time.sleep(1)
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
        self.look(met)

    def look(self, met: Met) -> Any:
        """Ask as a monitor does."""
        ready = self.ready()
        met.ready = f"{ready.status_code} {ready.json()['storage']} {'、'.join(ready.json()['causes'])}".strip()
        return ready.json()

    def mended(self) -> None:
        """Whatever was mended needs no restart, and nothing acknowledged is lost."""
        until = time.monotonic() + 60
        while (answer := self.write()).status_code != 201:
            assert time.monotonic() < until, answer.text
            time.sleep(1)
        self.kept.append(answer.json()["number"])
        for number in self.kept:
            assert self.http.get(f"/api/v1/cases/{number}", headers=self.registrar).status_code == 200


_WORDS = (
    *("disk_full", "storage_fails", "read_only", "database_away", "connections_used_up"),
    *("file.damaged", "file.lost", "clock.held", "keys.unreadable", "keys.foreign"),
)


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
        given = {
            "DEMO": "1",
            "DEMO_CASES": "10",
            "DEMO_PASSWORD": PASSWORD,
            **(a_clock_of_its_own(data) if SOAK else {}),
        }
        serving = Serving(data, given).start()
        try:
            made = Product(serving)
            yield made
            made.http.close()
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
    wrong = server.data / "local.conf"  # else the supervisor would start it again at once
    with product.watched("the database is away") as met:
        wrong.write_text("no_such_setting = on\n")
        server.stop()
        product.work(met)
    wrong.unlink()
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


def read_only_folder(product: Product) -> None:
    folder = product.serving.data / "files"
    given = {"file": ("x.png", png(), "image/png")}
    officer = product.token("rsj")
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        with product.watched("the folder of pictures is read-only") as met:
            for _ in range(TRIES):
                answer = product.http.post("/api/v1/attachments", files=given, headers=officer)
                assert answer.status_code == 503, answer.text
                met.seen.add(answer.json()["detail"])
            product.look(met)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
    assert met.seen == {"数据暂时只能查看，不能保存；已填写的内容还在，请告知管理员"}
    assert met.told == {"read_only"}
    assert product.http.post("/api/v1/attachments", files=given, headers=officer).status_code == 201


def a_clock_of_its_own(data: Path) -> dict[str, str]:
    """Give the settings under which a product and its database live by a clock that the test sets."""
    data.with_name("clock").write_text("+0\n")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    assert library, "a clock of its own is made by libfaketime: apt-get install libfaketime"
    shown = {"FAKETIME_TIMESTAMP_FILE": str(data.with_name("clock")), "FAKETIME_NO_CACHE": "1"}
    return {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1", **shown}


def wrong_clock(product: Product, name: str, leap: str) -> None:
    """What runs by the clock waits; what people do is kept, and all goes on when the clock is right."""
    server, clock = Postgres(product.serving.data / "postgres"), product.serving.data.with_name("clock")
    with psycopg.connect(server.conninfo(), autocommit=True) as owner:
        count = "SELECT count(*) FROM breach"
        before = owner.execute(count).fetchone()
        with product.watched(name) as met:
            clock.write_text(f"{leap}\n")
            product.registrar = product.token("registrar")
            until = time.monotonic() + 90
            while "clock_doubted" not in product.look(met)["causes"]:
                assert time.monotonic() < until
                time.sleep(1)
            product.work(met)
        assert owner.execute(count).fetchone() == before
    clock.write_text("+0\n")
    product.registrar = product.token("registrar")
    product.mended()
    assert met.seen == {"已保存"}
    assert met.ready.startswith("200")
    assert "clock.held" in met.told


def clock_ahead(product: Product) -> None:
    wrong_clock(product, "the clock is a day ahead", "+1d")


def clock_back(product: Product) -> None:
    wrong_clock(product, "the clock is a day back", "-1d")


def without_its_keys(product: Product, name: str, break_it: Callable[[Path], object], said: str) -> None:
    """The running product goes on with the keys it has; a start says what is missing, and changes nothing."""
    keys = product.serving.data / "keys.json"
    whole = keys.read_bytes()
    with product.watched(name) as met:
        break_it(keys)
        broken = keys.read_bytes() if keys.exists() else b""
        product.work(met)
    assert met.seen == {"已保存"}
    product.http.close()
    product.serving.stop()
    with pytest.raises(RuntimeError) as refused:
        product.serving.start()
    sentence = next(line for line in str(refused.value).splitlines() if said in line)
    met.seen.add(f"at the next start the operator: {sentence}")
    assert "Traceback" not in str(refused.value)
    assert (keys.read_bytes() if keys.exists() else b"") == broken
    keys.write_bytes(whole)
    product.serving.start()
    product.begin()
    product.mended()


def lost_keys(product: Product) -> None:
    without_its_keys(product, "the key file is lost", lambda keys: keys.unlink(), "找不到密钥文件")


def damaged_keys(product: Product) -> None:
    without_its_keys(product, "the key file is damaged", lambda keys: keys.write_text("{"), "已损坏")


def wrong_keys(product: Product) -> None:
    without_its_keys(
        product, "the key file is another's", lambda keys: crypto.KeyRing.fresh().save(keys), "不属于这个数据库"
    )


FAULTS: tuple[Callable[[Product], None], ...] = (
    *(damaged, lost, read_only_folder, database_away, connections_used_up, full_disk),
    *(clock_ahead, clock_back, lost_keys, damaged_keys, wrong_keys),
)
DAILY = FAULTS[:2]


@pytest.mark.parametrize("fault", FAULTS if SOAK else DAILY, ids=lambda fault: fault.__name__)
def test_a_fault_is_told_and_loses_nothing(product: Product, fault: Callable[[Product], None]) -> None:
    fault(product)
    assert [name for name, met in product.table.items() if met.written > MOST_BYTES] == []
