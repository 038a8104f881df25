"""The embedded server starts, survives kill -9, and stops, in every way it can be run here."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import psycopg
import pytest

from app.launch import postgres
from app.launch.errors import CannotStart
from app.launch.postgres import DATABASE, SOCKET_NAME, SOCKET_PATH_LIMIT, Postgres, Way
from tests.support.database import watchdog


def possible(how: Way) -> bool:
    """Tell whether PostgreSQL can be run in this way by the user who runs the tests."""
    root = os.geteuid() == 0
    direct = not root and postgres.has_name(os.geteuid())
    return {"direct": direct, "namespace": postgres.namespaces_allowed(), "drop": root}[how]


WAYS = [how for how in get_args(Way) if possible(how)]


@contextmanager
def server_in(folder: Path, how: Way | None = None, *, durable: bool = False) -> Generator[Postgres]:
    """Give a server that is stopped at the end, not yet started."""
    server = Postgres(folder, durable=durable, how=how or postgres.way())
    with watchdog(server):
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder any user may pass through, as the way `drop` needs it."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made) / "pg"


def rows(server: Postgres) -> int:
    with psycopg.connect(server.conninfo()) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return found[0]


def put(server: Postgres) -> None:
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")


class TestEveryWay:
    @pytest.mark.parametrize("how", WAYS)
    def test_runs_keeps_its_rows_and_stops(self, folder: Path, how: Way) -> None:
        with server_in(folder, how) as server:
            server.start()
            put(server)
            server.stop()
            assert server.pid() is None

            server.start()
            assert rows(server) == 1

    @pytest.mark.parametrize("how", WAYS)
    def test_comes_back_after_its_process_was_killed(self, folder: Path, how: Way) -> None:
        with server_in(folder, how, durable=True) as server:
            server.start()
            for count in (1, 2):
                put(server)
                pid = server.pid()
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                server.start()
                assert rows(server) == count

    def test_at_least_one_way_is_open_here(self) -> None:
        assert WAYS


class TestSettings:
    def test_are_those_that_were_measured(self, postgres: Postgres) -> None:
        with psycopg.connect(postgres.conninfo()) as connection:
            shown = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
            locale = connection.execute("SELECT datcollate FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()

        assert shown["jit"] == "off"
        assert shown["listen_addresses"] == ""
        assert shown["data_checksums"] == "on"
        assert shown["server_encoding"] == "UTF8"
        assert locale == ("C.UTF-8",)

    def test_the_socket_is_for_its_owner_alone(self, postgres: Postgres) -> None:
        assert stat.S_IMODE(postgres.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE((postgres.socket / SOCKET_NAME).stat().st_mode) == 0o700

    def test_an_operator_may_add_own_ones(self, folder: Path) -> None:
        with server_in(folder) as server:
            server.start()
            server.stop()
            (server.data / "local.conf").write_text("work_mem = '7MB'\n")
            server.start()
            with psycopg.connect(server.conninfo()) as connection:
                assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)


class TestTakingOver:
    def test_reuses_the_server_a_killed_process_left_running(self, folder: Path) -> None:
        with server_in(folder) as server:
            server.start()
            pid = server.pid()
            Postgres(folder, durable=False, how=server.how).start()
            assert server.pid() == pid

    def test_a_lock_file_with_the_number_of_another_program_is_cleared(self, folder: Path) -> None:
        with server_in(folder) as server:
            server.start()
            server.stop()
            for left in (server.data / "postmaster.pid", server.socket / f"{SOCKET_NAME}.lock"):
                left.write_text(f"{os.getpid()}\n{server.data}\n{int(time.time())}\n5432\n{server.socket}\n\n")
            assert server.pid() is None
            server.start()
            assert server.is_answering()

    def test_a_first_start_that_was_interrupted_is_done_again(self, folder: Path) -> None:
        (folder / "data.new").mkdir(parents=True)
        (folder / "data.new" / "PG_VERSION").write_text("18")
        with server_in(folder) as server:
            server.start()
            assert server.is_answering()


class TestTheSocketFolder:
    def test_moves_to_a_short_place_when_the_data_path_is_long(self, folder: Path) -> None:
        deep = folder / ("枫" * 30) / ("桥" * 20)
        with server_in(deep) as server:
            assert not server.socket.is_relative_to(deep)
            assert len(os.fsencode(server.socket / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
            server.start()
            assert server.is_answering()
        assert not server.socket.exists()

    @pytest.mark.parametrize("name", ["TMPDIR", "TMP", "TEMP", "HOME", "XDG_RUNTIME_DIR", "USER"])
    @pytest.mark.parametrize("length", [1, 60, 120])
    def test_is_the_same_for_whoever_names_the_data_folder(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, length: int
    ) -> None:
        before = Postgres(folder / ("d" * length)).socket
        monkeypatch.setenv(name, str(folder / "elsewhere"))
        monkeypatch.setattr(tempfile, "tempdir", None)
        (folder / "elsewhere").mkdir(parents=True)
        assert tempfile.gettempdir() == str(folder / "elsewhere") or name not in {"TMPDIR", "TMP", "TEMP"}
        assert Postgres(folder / ("d" * length)).socket == before

    def test_is_refused_when_it_is_not_a_folder_of_ours(self, folder: Path) -> None:
        server = Postgres(folder, durable=False)
        folder.mkdir(parents=True)
        server.socket.symlink_to("/")
        with pytest.raises(CannotStart, match="套接字"):
            server.start()


class TestALostServer:
    def test_a_broken_cluster_is_reported_with_its_log(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres, "START_TRIES", 1)
        with server_in(folder) as server:
            server.start()
            server.stop()
            (server.data / "local.conf").write_text("work_mem = 'much'\n")
            with pytest.raises(CannotStart, match="work_mem"):
                server.start()

    def test_a_lost_cluster_is_not_replaced_by_an_empty_one(self, folder: Path) -> None:
        with server_in(folder) as server:
            server.start()
            server.stop()
            server.start_again()
            assert server.is_answering()
            server.stop()
            server.data.rename(folder / "moved")
            with pytest.raises(CannotStart, match="没有重新建立"):
                server.start_again()
            assert not server.data.exists()
