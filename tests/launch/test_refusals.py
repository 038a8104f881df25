"""Whatever prevents a start is one sentence: what is wrong, and what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.launch import checks, database, lock
from app.launch.errors import CannotStart
from app.launch.postgres import Postgres

HOLDER = (
    "import sys, time; from pathlib import Path; from app.launch import lock\n"
    "with lock.hold(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def empty_url(postgres: Postgres) -> Generator[str]:
    """Give the URL of an empty database."""
    name = f"empty_{uuid4().hex[:8]}"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


class TestTheDataFolder:
    def test_belongs_to_one_process_and_the_second_learns_its_number(self, tmp_path: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(CannotStart, match=f"进程号 {other.pid}"), lock.hold(tmp_path):
                pass
            other.kill()
            other.wait()
        with lock.hold(tmp_path):
            assert (tmp_path / "lock").read_text() == str(os.getpid())

    def test_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(CannotStart, match="无法写入"):
            checks.data_folder(tmp_path / "file" / "data")

    def test_that_is_read_only_is_named(self) -> None:
        with pytest.raises(CannotStart, match="无法写入"):
            checks.data_folder(Path("/proc/self"))

    def test_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        checks.data_folder(tmp_path / "data")
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


class TestThePort:
    def test_that_is_taken_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(CannotStart, match=f"端口 {port} 已被占用"):
                checks.take_port("127.0.0.1", port)

    @pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
    def test_of_an_address_that_is_not_ours_is_refused(self, host: str) -> None:
        with pytest.raises(CannotStart, match="HOST"):
            checks.take_port(host, 0)

    def test_goes_to_whoever_answers_first(self) -> None:
        with checks.take_port("127.0.0.1", 0) as first:
            second = checks.take_port("127.0.0.1", first.getsockname()[1])
            checks.answer(first)
            with second, pytest.raises(CannotStart, match="已被占用"):
                checks.answer(second)


class TestTheFont:
    def test_comes_with_the_packages(self) -> None:
        assert (checks.font_folder() / checks.FONT).is_file()

    def test_that_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "FONT", "Missing.otf")
        with pytest.raises(CannotStart, match="缺少中文字体"):
            checks.font_folder()


class TestTheDatabaseUrl:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("not a url", "无法识别"),
            ("mysql://root@localhost/x", "应为 PostgreSQL"),
            ("postgresql://localhost", "缺少数据库名"),
            ("postgresql://someone:hidden-word@127.0.0.1:1/x", "无法连接"),
            ("postgresql:///x?host=/no/such/folder", "无法连接"),
        ],
    )
    def test_that_leads_nowhere_is_refused_without_its_password(self, url: str, words: str) -> None:
        with pytest.raises(CannotStart, match=words) as refused:
            database.check(url)
        assert "hidden-word" not in refused.value.message

    def test_of_a_database_that_does_not_exist_is_refused(self, postgres: Postgres) -> None:
        with pytest.raises(CannotStart, match="无法连接"):
            database.check(postgres.url("nowhere"))

    def test_of_somebody_elses_database_is_refused_and_nothing_is_touched(self, empty_url: str) -> None:
        with psycopg.connect(plain(empty_url)) as connection:
            connection.execute("CREATE TABLE theirs (id int)")
        with pytest.raises(CannotStart, match="不属于本系统"):
            database.check(empty_url)
        with psycopg.connect(plain(empty_url)) as connection:
            found = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            assert found.fetchall() == [("theirs",)]

    def test_of_an_empty_database_is_welcome(self, empty_url: str) -> None:
        database.check(empty_url)

    def test_of_a_database_in_another_encoding_is_refused(self, postgres: Postgres) -> None:
        with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        with pytest.raises(CannotStart, match="LATIN1"):
            database.check(postgres.url("latin"))
        postgres.drop_database("latin")

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
    def test_may_be_spelt_in_the_usual_ways(self, scheme: str) -> None:
        assert database.read_url(f"{scheme}://u@h/d").drivername == "postgresql+psycopg"
