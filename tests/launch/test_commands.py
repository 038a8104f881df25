"""Every command of the command line, in a process of its own, on the demo county: beside the running product and alone.

Alone, each is started whole: what a command needs, it must load by itself. Beside the product, and where it is run
again, it is forked from a process that has loaded the product, which is ten times cheaper.
"""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from app.cli import MATTERS, load
from app.launch.postgres import Postgres
from tests.support.commands import Ended, Forking, forking, registered
from tests.support.serving import ROOT, Serving

pytestmark = pytest.mark.timeout(300)

PASSWORD = "Commands-" + "2026x"
DEMO = {"DEMO_CASES": "20", "DEMO_PASSWORD": PASSWORD}
LATER = "2036-01-05T08:00"
"""By then whatever is open is late."""
PLACES = ("beside", "alone")


@dataclass(frozen=True)
class Row:
    """A command as it is typed, and what it answers.

    :ivar said: is in the output, or in the last line of it where the command is refused
    :ivar before: what must have been done for it
    :ivar refused: the places where it cannot be done, each with what it says
    """

    words: str
    said: str
    before: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


IN_USE = {"beside": "正被另一个进程使用"}
ROWS = {
    "serve": Row("serve", "", refused={"beside": "已被占用", "alone": "已被占用"}),
    "build": Row("build", "页面已编译"),
    "migrate": Row("migrate", "数据库已是最新版本"),
    "demo": Row("demo --cases 2", "已载入 2 件案件"),
    "backup": Row("backup {folder}/made.tar", "备份完成"),
    "restore": Row(
        "restore {folder}/kept.tar --replace", "恢复完成", before=("backup {folder}/kept.tar",), refused=IN_USE
    ),
    "bench": Row("bench -- --help", "基准测试"),
    "clock": Row(f"clock --at {LATER} --write", "红牌督办  时限"),
    "clock void": Row("clock void --from 2026-01-01 --to 2026-01-02 --reason 时间有误", "已撤销超时登记 0 个"),
    "clock confirm": Row("clock confirm --reason 已核对", "已确认本机时间"),
    "user add": Row("user add new-{place} --name 新来的 --role officer --unit rsj --password " + PASSWORD, "已建立"),
    "user disable": Row("user disable registrar", "名下还有未办完的工作，没有转走：登记的未结案件 "),
    "user reset": Row("user reset guide --password " + PASSWORD, "的密码已重置"),
    "unit add": Row("unit add new-{place} 新单位{place}", "已建立"),
    "areas import": Row("areas import {folder}/areas.csv", "已导入区划 1 个"),
    "desk add": Row("desk add new-{place} 新窗口 --unit centre", "已建立"),
    "desk pair": Row("desk pair guide-1", ""),
    "jobs run": Row("jobs run", "到期的消息已处理"),
    "jobs replay": Row("jobs replay", "已放回 0 条消息"),
    "figures": Row("figures", "统计汇总与案件一致"),
    "retention preview": Row("retention preview", "登录会话  180 天  删除  已启用  到期 0"),
    "retention run": Row("retention run", "没有到期的数据"),
    "retention reapply": Row("retention reapply", "重新匿名 0 人"),
    "keys status": Row("keys status", "旧密钥（第 1 版以前）下剩余的字段：0"),
    "keys rotate": Row("keys rotate", "轮换完成"),
    "keys retire": Row(
        "keys retire 1 --yes", "", before=("keys rotate",), refused=dict.fromkeys(PLACES, "启用不足 10 分钟")
    ),
    "keys keep": Row("keys keep", "", refused=dict.fromkeys(PLACES, "没有设置 SECRET_KEY")),
    "audit verify": Row("audit verify", "审计日志完整"),
    "audit anchor": Row("audit anchor", "已锚定到第"),
    "audit restored": Row(
        "audit restored --reason 试一试", "", refused=dict.fromkeys(PLACES, "锚点与审计日志相符，没有需要说明的恢复")
    ),
    "files verify": Row("files verify", "附件完好，共检查 "),
}


COMMANDS = list(registered())


@dataclass(frozen=True)
class Place:
    """A demo county in a data folder, with the product running on it or not."""

    name: str
    data: Path
    port: int
    forking: Forking

    def type(self, words: str, *, whole: bool = False) -> Ended:
        """Run a command in a process that shares with the product the data folder alone.

        :param whole: from its first line on, and not forked from one that has loaded the product
        """
        filled = [word.format(folder=self.data.parent, place=self.name) for word in words.split()]
        own = self.data.parent / "own"
        own.mkdir(exist_ok=True)
        given = {"TMPDIR": str(own), "DATA_DIR": str(self.data), "PORT": str(self.port), **DEMO}
        if not whole:
            return self.forking.run(*filled, given=given, cwd=ROOT)
        command = [sys.executable, "-m", "app.cli", *filled]
        environment = {"PATH": os.environ["PATH"], **given}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def owner(self) -> Generator[psycopg.Connection]:
        """Give a connection of the database's owner, whether the product runs or not."""
        server = Postgres(self.data / "postgres")
        started = not server.is_answering()
        if started:
            server.start()
        try:
            with psycopg.connect(server.conninfo(), autocommit=True) as owner:
                yield owner
        finally:
            if started:
                server.stop()

    @contextmanager
    def broken(self, *words: str) -> Generator[None]:
        """Let the database refuse something for a moment, whatever asks for it."""
        with self.owner() as owner:
            owner.execute(words[0])
            try:
                yield
            finally:
                owner.execute(words[1])


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Generator[Forking]:
    with forking(tmp_path_factory.mktemp("commands")) as made:
        yield made


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest, fork: Forking) -> Generator[Place]:
    """Give the county beside the product, and another with nothing running.

    The path of the first is too long for a socket.
    """
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder, socket.socket() as taken:
        Path(folder).chmod(0o755)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        deep = Path(folder) / ("deep" * 30) / "data"
        data = deep if request.param == "beside" else Path(folder) / "data"
        here = Place(request.param, data, taken.getsockname()[1], fork)
        here.data.parent.mkdir(parents=True, exist_ok=True)
        (here.data.parent / "areas.csv").write_text("统计用区划代码,名称\n359900999000,新区街道\n", encoding="gb18030")
        if here.name == "alone":
            loaded = here.type("demo --cases 20")
            assert loaded.status == 0, loaded.err
            yield here
            return
        product = Serving(here.data, {"DEMO": "1", **DEMO}).start()
        try:
            yield here
        finally:
            product.stop()


def last_line(done: Ended) -> str:
    return done.err.strip().splitlines()[-1]


def test_no_command_is_without_a_row() -> None:
    assert sorted(ROWS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", MATTERS)
def test_the_help_says_what_the_command_says(name: str) -> None:
    found = load(name)
    assert found.help.strip() == MATTERS[name][1]


def test_no_file_of_commands_is_left_out() -> None:
    written = {path.stem for path in (ROOT / "app" / "cli").glob("*.py")} - {
        "__init__",
        "__main__",
        "common",
        "failing",
    }
    assert written == {where.partition(".")[0] for where, _ in MATTERS.values()}


def test_the_help_loads_neither_database_nor_pages() -> None:
    told = "import sys, app.cli; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    words = [sys.executable, "-c", told]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "sqlmodel", "reflex", "psycopg", "pydantic"} & set(ast.literal_eval(done.stdout))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(place: Place, command: str) -> None:
    row = ROWS[command]
    for words in row.before:
        done = place.type(words)
        assert done.status == 0, done.err

    done = place.type(row.words, whole=place.name == "alone")

    assert "Traceback" not in done.err
    if place.name in row.refused:
        assert done.status == 1
        assert row.refused[place.name] in last_line(done)
    else:
        assert done.status == 0, done.err
        assert row.said in done.out


@pytest.mark.parametrize("place", ["alone"], indirect=True)
class TestTheTime:
    def test_of_a_moment_to_come_is_rehearsed(self, place: Place) -> None:
        done = place.type("clock --at 2035-01-05T08:00")
        assert done.status == 0, done.err
        assert "没有写入；确需写入请加 --write" in done.out
        again = place.type("clock --at 2035-01-05T08:00")
        assert again.out == done.out

    @pytest.mark.parametrize("words", ["clock", "clock --at 2035-01-05T08:00 --write", "jobs run", "retention run"])
    def test_that_is_not_believed_writes_nothing(self, place: Place, words: str) -> None:
        kept = place.data / "clock.json"
        assert place.type("clock").status == 0
        believed = kept.read_text()
        try:
            raw = json.loads(believed)
            earlier = datetime.fromisoformat(raw["machine"]) - timedelta(days=1)
            kept.write_text(json.dumps({**raw, "machine": earlier.isoformat()}))
            done = place.type(words)
        finally:
            kept.write_text(believed)
        assert done.status == 1
        assert "本机时间被拨快 24 小时" in last_line(done)
        assert "没有做任何事" in last_line(done)


@pytest.mark.parametrize("place", ["alone"], indirect=True)
class TestGoingBack:
    """What an older program finds after an upgrade: a schema that it does not know."""

    def test_takes_the_backup_of_before_the_upgrade_and_nothing_else(self, place: Place) -> None:
        assert place.type("backup {folder}/older.tar").status == 0
        with place.owner() as owner:
            owner.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'; CREATE TABLE of_later (id int)")

        assert "可能由更新的程序建立" in place.type("audit verify").sentence()
        assert "--replace" in place.type("restore {folder}/older.tar").sentence()
        done = place.type("restore {folder}/older.tar --replace")

        assert done.status == 0, done.err
        verified = place.type("audit verify")
        assert "审计日志完整" in verified.out, verified.err
        with place.owner() as owner:
            assert owner.execute("SELECT to_regclass('of_later')").fetchone() == (None,)


@dataclass(frozen=True)
class Failing:
    """A command whose work the database refuses, and its last line."""

    words: str
    spoil: str
    mend: str
    said: str


FAILING = {
    "clock": Failing(
        "clock --at 2037-01-05T08:00 --write",
        "ALTER TABLE breach DISABLE TRIGGER USER; DELETE FROM breach; ALTER TABLE breach ENABLE TRIGGER USER; "
        "ALTER TABLE breach ADD CONSTRAINT spoilt CHECK (false) NOT VALID",
        "ALTER TABLE breach DROP CONSTRAINT spoilt",
        "有工作没有完成：超时登记 ",
    ),
    "jobs": Failing(
        "jobs run",
        "UPDATE outbox_message SET done_at = NULL, next_try_at = created_at, payload = '[]' WHERE topic = 'case.submit'",
        "UPDATE outbox_message SET done_at = now() WHERE topic = 'case.submit'",
        "有工作没有完成：消息处理 ",
    ),
    "retention": Failing(
        "retention run",
        "ALTER TABLE retention_rule RENAME TO away",
        "ALTER TABLE away RENAME TO retention_rule",
        "命令没有完成，程序出错（ProgrammingError），编号 ",
    ),
}
"""What is due now, the product beside may come to first: of these, the command fails alone."""


@pytest.mark.parametrize(
    ("place", "failing"),
    [("beside", "clock"), *(("alone", name) for name in FAILING)],
    indirect=["place"],
    scope="module",
)
def test_what_failed_is_in_the_status_and_in_the_last_line(place: Place, failing: str) -> None:
    work = FAILING[failing]

    with place.broken(work.spoil, work.mend):
        done = place.type(work.words)

    assert done.status == 1
    assert work.said in done.sentence()
    log = place.data / "logs" / "app.jsonl"
    assert str(log) in done.err
    assert "Traceback" in log.read_text(encoding="utf-8")


class TestTheBridge:
    """The program of the reception PC is a command, too."""

    def test_tells_how_it_is_started(self) -> None:
        assert "读卡器接入枫桥" in bridge("--help", status=0).stdout

    def test_says_what_is_wrong_and_ends_with_it(self) -> None:
        words = ("--server", "wss://zz.example.gov.cn", "--desk", "window-1")
        assert "BRIDGE_TOKEN" in bridge(*words, status=2).stderr.strip().splitlines()[-1]


def bridge(*words: str, status: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "device_bridge.service", *words]
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done
