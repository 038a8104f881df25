"""The recipe of docs/operations.md for going back to a moment: base backup and archived WAL, on the oldest server."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from app.launch.postgres import Postgres
from tests.support.database import watchdog
from tests.support.servers import OLDEST, programs_of, server_of
from tests.support.serving import ROOT

pytestmark = pytest.mark.timeout(180)


def put(server: Postgres, text: str) -> datetime:
    """Write a row and give the moment after it, by the server's clock."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (text text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (text,))
        row = connection.execute("SELECT clock_timestamp(), pg_sleep(0.1)").fetchone()
    assert row
    return row[0]


def open_for_writing(connection: psycopg.Connection) -> None:
    """Wait until the server has replayed what was wanted; it can be read before."""
    until = time.monotonic() + 30
    while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
        assert time.monotonic() < until, "still in recovery"
        time.sleep(0.1)


def setting(name: str) -> str:
    """Give the line of the recipe that sets something, as it stands in the papers."""
    lines = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{name} = "))


def test_the_recipe_brings_back_a_moment_between_two_acts(tmp_path: Path) -> None:
    with server_of(OLDEST) as server:
        archive, base = server.folder / "wal", server.folder / "base"
        own = server.data / "local.conf"
        archive.mkdir()
        words = [setting(name) for name in ("archive_mode", "archive_command", "archive_timeout")]
        server.stop()
        own.write_text("\n".join(words).replace("/var/backups/fengqiao/wal", str(archive)) + "\n")
        server.start()
        put(server, "before the base backup")
        subprocess.run(
            [
                *server.program("pg_basebackup"),
                "-D",
                str(base),
                "-h",
                str(server.socket),
                "-U",
                "fengqiao",
                "-c",
                "fast",
            ],
            check=True,
            **server.identity(),  # type: ignore[arg-type]
        )
        moment = put(server, "wanted")
        put(server, "a mistake")
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute("SELECT pg_switch_wal()")
        server.stop()

        back = Postgres(server.folder / "back", durable=False, programs=programs_of(OLDEST))
        back.folder.mkdir()
        shutil.move(base, back.data)
        recovery = [setting("restore_command"), setting("recovery_target_time"), setting("recovery_target_action")]
        given = "\n".join(recovery).replace("/var/backups/fengqiao/wal", str(archive))
        given = given.replace("2026-11-23 14:05:00+08", moment.isoformat())
        (back.data / "local.conf").write_text(given + "\n")
        (back.data / "recovery.signal").touch()
        with watchdog(back):
            try:
                back.start()
                with psycopg.connect(back.conninfo(), autocommit=True) as connection:
                    open_for_writing(connection)
                    found = connection.execute("SELECT text FROM kept ORDER BY text").fetchall()
            finally:
                back.stop()
    assert found == [("before the base backup",), ("wanted",)]
