"""A backup brings back rows and attachments, holds no keys, and is refused when it is not whole."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.launch import backup, database
from app.launch.errors import CannotStart
from app.launch.postgres import Postgres
from app.settings import Settings, load
from domain.kernel.models import NumberSeries
from domain.kernel.permissions import Reach
from domain.orgs.models import Account, Unit, UnitKind
from tests.support.county import MORNING
from tests.support.database import TEMPLATE


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def put(url: str, series: str) -> None:
    unit = Unit(code=series, name="单位", kind=UnitKind.CENTRE)
    account = Account(
        login=series, name_sealed=b"", password_hash="", roles=[], reach=Reach.NONE, unit_id=unit.id,
        created_at=MORNING, password_changed_at=MORNING,
    )  # fmt: skip
    with Session(create_engine(url, poolclass=NullPool)) as session, session.begin():
        session.add(NumberSeries(series=series, last=1))
        session.add(unit)
        session.flush()
        session.add(account)


def series_in(url: str) -> list[str]:
    with psycopg.connect(plain(url)) as connection:
        return [row[0] for row in connection.execute("SELECT series FROM number_series ORDER BY series").fetchall()]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the settings of a data folder with one attachment and a key file."""
    chosen = load(_env_file=None, data_dir=tmp_path / "data")
    (chosen.files / "ab").mkdir(parents=True)
    (chosen.files / "ab" / "picture").write_bytes(b"picture")
    chosen.keys.write_text("the keys themselves")
    return chosen


@pytest.fixture
def made(settings: Settings, database_url: str) -> Path:
    """Give a backup of a database with one series and one attachment."""
    put(database_url, "before")
    return backup.make(settings, database_url, None)


@pytest.fixture
def other_url(postgres: Postgres) -> Generator[str]:
    """Give the URL of a second database with the schema and no data."""
    name = f"other_{uuid4().hex[:8]}"
    postgres.create_database(name, TEMPLATE)
    yield postgres.url(name)
    postgres.drop_database(name)


class TestABackup:
    def test_comes_back_on_a_fresh_database(self, made: Path, tmp_path: Path, other_url: str) -> None:
        fresh = load(_env_file=None, data_dir=tmp_path / "fresh")
        backup.bring_back(fresh, other_url, made, replace=False)
        assert series_in(other_url) == ["before"]
        assert (fresh.files / "ab" / "picture").read_bytes() == b"picture"
        database.check(other_url)

    def test_replaces_what_came_later_only_when_told_so(
        self, made: Path, settings: Settings, database_url: str
    ) -> None:
        put(database_url, "later")
        (settings.files / "ab" / "later").write_bytes(b"later")
        with pytest.raises(CannotStart, match="--replace"):
            backup.bring_back(settings, database_url, made, replace=False)
        assert series_in(database_url) == ["before", "later"]

        backup.bring_back(settings, database_url, made, replace=True)
        assert series_in(database_url) == ["before"]
        assert [path.name for path in (settings.files / "ab").iterdir()] == ["picture"]

    def test_holds_no_keys_and_is_readable_by_its_owner_alone(self, made: Path) -> None:
        assert b"the keys themselves" not in made.read_bytes()
        assert made.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("kept", [0, 700, 20_000])
    def test_that_is_cut_short_is_refused_and_nothing_is_changed(
        self, made: Path, settings: Settings, database_url: str, kept: int
    ) -> None:
        made.write_bytes(made.read_bytes()[:kept])
        with pytest.raises(CannotStart, match="备份"):
            backup.bring_back(settings, database_url, made, replace=True)
        assert series_in(database_url) == ["before"]
        assert (settings.files / "ab" / "picture").exists()

    def test_of_a_newer_program_is_refused(self, made: Path, settings: Settings, database_url: str) -> None:
        head = database.head()
        assert head is not None
        made.write_bytes(made.read_bytes().replace(head.encode(), b"f" * len(head), 1))
        with pytest.raises(CannotStart, match="更新的程序"):
            backup.bring_back(settings, database_url, made, replace=True)

    def test_never_writes_outside_its_folder(self, made: Path, settings: Settings, database_url: str) -> None:
        with tarfile.open(made, "a") as archive:
            outside = tarfile.TarInfo("../../escaped")
            outside.size = 1
            archive.addfile(outside, io.BytesIO(b"x"))
        backup.bring_back(settings, database_url, made, replace=True)
        assert not list(settings.data.parent.rglob("escaped"))


class TestTheEnvironmentOfPostgresPrograms:
    def test_carries_the_password_so_that_no_command_line_does(self) -> None:
        found = backup.libpq_environment("postgresql://u:p%40ss@h:5433/d?sslmode=require")
        expected = {
            "PGHOST": "h",
            "PGPORT": "5433",
            "PGUSER": "u",
            "PGPASSWORD": "p@ss",
            "PGDATABASE": "d",
            "PGSSLMODE": "require",
        }
        assert found.items() >= expected.items()
