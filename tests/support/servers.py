"""Servers of the oldest and the newest promised release, each of its own, as a county's own PostgreSQL would be.

The newest comes with the packages; the oldest is Debian's `postgresql-15` (`.ci/run` installs it where it may).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from app.launch.postgres import Postgres, binaries
from tests.support.database import memory_folder, watchdog

OLDEST = "15"
NEWEST = "18"
RELEASES = (OLDEST, NEWEST)
OWNER = "county_owner"
MISSING = (
    "PostgreSQL 15 is missing, the oldest server the product promises to run on: install Debian's postgresql-15 "
    "(apt-get install postgresql-15), or name the folder of its programs in POSTGRES_15."
)


def programs_of(release: str) -> Path:
    """Give the folder of a release's programs; a machine without them fails the test that asks."""
    if release == NEWEST:
        return binaries()
    folder = Path(os.environ.get("POSTGRES_15", "/usr/lib/postgresql/15/bin"))
    if not (folder / "initdb").is_file():
        pytest.fail(MISSING, pytrace=False)
    return folder


@contextmanager
def server_of(release: str) -> Generator[Postgres]:
    """Start a server of a release in a folder of its own; it ends with the test, however that ends."""
    with tempfile.TemporaryDirectory(prefix="fq-", dir=memory_folder(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "pg", durable=False, programs=programs_of(release))
        with watchdog(server):
            server.start()
            try:
                yield server
            finally:
                server.stop()


def database_of_owner(server: Postgres, name: str) -> str:
    """Make an empty database that belongs to an ordinary role, as an administrator gives one; give its URL."""
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER)))
        words = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        connection.execute(words)
    return f"postgresql://{OWNER}@/{name}?host={quote(str(server.socket))}"
