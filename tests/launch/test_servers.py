"""A county on a PostgreSQL of its own, oldest and newest promised: each command in a process, backup to restore."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.launch import restore
from app.launch.errors import CannotStart
from app.launch.postgres import Postgres
from app.settings import load
from tests.support.servers import NEWEST, OLDEST, RELEASES, database_of_owner, server_of
from tests.support.serving import ROOT

pytestmark = pytest.mark.timeout(300)

PASSWORD = "Backup-" + "2026x"
WAYS = [(OLDEST, NEWEST), (NEWEST, OLDEST)]
if os.environ.get("SOAK"):
    WAYS += [(OLDEST, OLDEST), (NEWEST, NEWEST)]


@dataclass(frozen=True)
class County:
    """A data folder and a database elsewhere."""

    data: Path
    url: str

    def type(self, words: str, *, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own, and make sure how it ended."""
        given = {"PATH": os.environ["PATH"], "DATA_DIR": str(self.data), "DATABASE_URL": self.url}
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words.split()],
            cwd=ROOT,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def counts(self) -> dict[str, int]:
        """Count the rows of every table, those that the program writes about itself left out."""
        with psycopg.connect(self.url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            words = sql.SQL("SELECT count(*) FROM {}")
            found = {}
            for (table,) in tables:
                row = connection.execute(words.format(sql.Identifier(table))).fetchone()
                found[table] = row[0] if row else 0
        return {table: count for table, count in found.items() if not table.startswith(("journal", "audit"))}

    def logins(self) -> list[str]:
        """Name the accounts."""
        with psycopg.connect(self.url) as connection:
            return [row[0] for row in connection.execute("SELECT login FROM account ORDER BY login")]


@pytest.fixture(scope="module")
def servers() -> Generator[dict[str, Postgres]]:
    """Give a server of each promised release."""
    with ExitStack() as stack:
        yield {release: stack.enter_context(server_of(release)) for release in RELEASES}


@pytest.fixture(scope="module")
def counties(servers: dict[str, Postgres], tmp_path_factory: pytest.TempPathFactory) -> dict[str, County]:
    """Give a county on each server, with an account and an attachment, and its backup."""
    made = {}
    for release, server in servers.items():
        data = tmp_path_factory.mktemp(f"county-{release}")
        county = County(data, database_of_owner(server, "county"))
        county.type("unit add zx 综治中心 --kind centre")
        county.type(f"user add admin --name 管理员 --role sysadmin --unit zx --password {PASSWORD}")
        (data / "files" / "ab").mkdir(parents=True, exist_ok=True)
        (data / "files" / "ab" / "picture").write_bytes(b"picture")
        county.type("audit anchor")
        said = county.type(f"backup {data / 'made.tar'}").stdout
        assert "备份完成，已读回核对" in said
        made[release] = county
    return made


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_a_backup_of_one_server_comes_back_on_another(
    servers: dict[str, Postgres], counties: dict[str, County], tmp_path: Path, source: str, target: str
) -> None:
    """What anchors tell of lines that the restore takes away is no fault, as long as the restore wrote its own."""
    old = counties[source]
    new = County(tmp_path / "new", database_of_owner(servers[target], f"from_{source}"))
    new.data.mkdir()

    refused = new.type(f"restore {old.data / 'made.tar'}", status=1)
    assert "找不到密钥文件" in refused.stderr
    with psycopg.connect(new.url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)

    shutil.copy(old.data / "keys.json", new.data)
    assert "恢复完成" in new.type(f"restore {old.data / 'made.tar'}").stdout
    assert new.counts() == old.counts()
    assert (new.data / "files" / "ab" / "picture").read_bytes() == b"picture"
    assert "审计日志完整" in new.type("audit verify").stdout

    new.type(f"user add later --name 后来 --role sysadmin --unit zx --password {PASSWORD}")
    new.type("audit anchor")
    new.type(f"restore {old.data / 'made.tar'} --replace")
    assert new.logins() == old.logins()
    told = new.type("audit verify").stdout
    assert "审计日志完整" in told
    assert told.count("数据由备份（摘要 ") == 1


@pytest.mark.parametrize("release", RELEASES)
def test_what_the_server_refuses_changes_nothing_and_is_told_by_its_reason(
    servers: dict[str, Postgres], counties: dict[str, County], tmp_path: Path, release: str
) -> None:
    old = counties[release]
    chosen = load(_env_file=None, data_dir=tmp_path / "data")
    chosen.data.mkdir()
    shutil.copy(old.data / "keys.json", chosen.data)
    name = f"refusing_{release}"
    url = database_of_owner(servers[release], name)
    with psycopg.connect(servers[release].conninfo(name), autocommit=True) as owner:
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, pg_database_owner")
        owner.execute("CREATE TABLE account (id int)")
        owner.execute("ALTER TABLE account OWNER TO county_owner")

    with (
        restore.unpacked(chosen, old.data / "made.tar") as whole,
        pytest.raises(CannotStart, match=r"ERROR: .*permission denied for schema public") as refused,
    ):
        restore.bring_back(chosen, url, whole, replace=True)
    assert "psql.log" in refused.value.message
    assert not chosen.files.exists()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == [
            ("account",)
        ]
