"""A backup brings back rows and attachments, holds no keys, and is refused when it is not whole."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.launch import backup, database, keys, programs, restore
from app.launch.errors import CannotStart
from app.launch.postgres import Postgres
from app.settings import Settings, load
from domain.kernel import crypto
from domain.kernel.ids import new_id
from domain.kernel.models import NumberSeries
from domain.kernel.permissions import Reach
from domain.orgs.models import Account, Unit, UnitKind
from tests.support.county import MORNING
from tests.support.database import TEMPLATE, move_schema, revision_of


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def put(url: str, series: str) -> None:
    unit = Unit(code=series, name="单位", kind=UnitKind.CENTRE)
    account_id = new_id()
    account = Account(
        id=account_id, login=series, name_sealed=crypto.seal("account", "name", account_id, "某人"), password_hash="", roles=[], reach=Reach.NONE, unit_id=unit.id,
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
def settings(tmp_path: Path, database_url: str) -> Generator[Settings]:
    """Give the settings of a data folder with one attachment and the key file of the database."""
    ring = crypto.ring()
    chosen = load(_env_file=None, data_dir=tmp_path / "data")
    (chosen.files / "ab").mkdir(parents=True)
    (chosen.files / "ab" / "picture").write_bytes(b"picture")
    crypto.use(keys.check_keys_belong(chosen, database_url))
    yield chosen
    crypto.use(ring)


@pytest.fixture
def made(settings: Settings, database_url: str) -> Path:
    """Give a backup of a database with one series and one attachment."""
    put(database_url, "before")
    return backup.make(settings, database_url, None).path


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path) -> Settings:
    """Give the settings of another data folder, with the keys put in place."""
    chosen = load(_env_file=None, data_dir=tmp_path / "fresh")
    chosen.data.mkdir()
    shutil.copy(settings.keys, chosen.keys)
    return chosen


@pytest.fixture
def other_url(postgres: Postgres) -> Generator[str]:
    """Give the URL of a second database with the schema and no data."""
    name = f"other_{uuid4().hex[:8]}"
    postgres.create_database(name, TEMPLATE)
    yield postgres.url(name)
    postgres.drop_database(name)


def bring_back(settings: Settings, url: str, source: Path, *, replace: bool) -> None:
    with restore.unpacked(settings, source) as whole:
        restore.bring_back(settings, url, whole, replace=replace)


class TestABackup:
    def test_comes_back_on_a_fresh_database(self, made: Path, fresh: Settings, other_url: str) -> None:
        bring_back(fresh, other_url, made, replace=False)
        assert series_in(other_url) == ["before"]
        assert (fresh.files / "ab" / "picture").read_bytes() == b"picture"
        database.check(other_url)

    def test_replaces_what_came_later_only_when_told_so(
        self, made: Path, settings: Settings, database_url: str
    ) -> None:
        put(database_url, "later")
        (settings.files / "ab" / "later").write_bytes(b"later")
        with pytest.raises(CannotStart, match="--replace"):
            bring_back(settings, database_url, made, replace=False)
        assert series_in(database_url) == ["before", "later"]

        bring_back(settings, database_url, made, replace=True)
        assert series_in(database_url) == ["before"]
        assert [path.name for path in (settings.files / "ab").iterdir()] == ["picture"]

    def test_holds_no_keys_and_is_readable_by_its_owner_alone(self, made: Path, settings: Settings) -> None:
        secrets = re.findall(rb"[0-9a-f]{32,}", settings.keys.read_bytes())
        assert secrets
        assert not [secret for secret in secrets if secret in made.read_bytes()]
        assert made.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("kept", [0, 700, 20_000])
    def test_that_is_cut_short_is_refused_and_nothing_is_changed(
        self, made: Path, settings: Settings, database_url: str, kept: int
    ) -> None:
        made.write_bytes(made.read_bytes()[:kept])
        with pytest.raises(CannotStart, match="备份"):
            bring_back(settings, database_url, made, replace=True)
        assert series_in(database_url) == ["before"]
        assert (settings.files / "ab" / "picture").exists()

    @pytest.mark.parametrize("what", [b"picture", b"PGDMP"])
    def test_with_a_changed_byte_is_refused_and_nothing_is_changed(
        self, made: Path, settings: Settings, database_url: str, what: bytes
    ) -> None:
        content = made.read_bytes()
        place = content.rindex(what) + len(what) - 1
        made.write_bytes(content[:place] + b"?" + content[place + 1 :])
        with pytest.raises(CannotStart, match="已损坏"):
            bring_back(settings, database_url, made, replace=True)
        assert series_in(database_url) == ["before"]

    def test_of_a_newer_program_is_refused(self, made: Path, settings: Settings, database_url: str) -> None:
        head = database.head()
        assert head is not None
        with tarfile.open(made) as archive, (settings.data / "changed.tar").open("wb") as target:
            repack(archive, target, lambda about: {**about, "revision": "f" * len(head)})
        with pytest.raises(CannotStart, match="更新的程序"):
            bring_back(settings, database_url, settings.data / "changed.tar", replace=True)

    def test_of_an_earlier_release_has_no_list_of_attachments(
        self, made: Path, settings: Settings, fresh: Settings, other_url: str
    ) -> None:
        with tarfile.open(made) as archive, (settings.data / "changed.tar").open("wb") as target:
            repack(archive, target, lambda about: {**{k: about[k] for k in about if k != "files"}, "format": 1})
        bring_back(fresh, other_url, settings.data / "changed.tar", replace=False)
        assert (fresh.files / "ab" / "picture").read_bytes() == b"picture"

    def test_never_writes_outside_its_folder(self, made: Path, settings: Settings, database_url: str) -> None:
        with tarfile.open(made, "a") as archive:
            outside = tarfile.TarInfo("../../escaped")
            outside.size = 1
            archive.addfile(outside, io.BytesIO(b"x"))
        bring_back(settings, database_url, made, replace=True)
        assert not list(settings.data.parent.rglob("escaped"))

    @pytest.mark.parametrize("steps", [1, 4])
    def test_of_an_older_schema_comes_back_where_a_newer_one_stands(
        self, postgres: Postgres, settings: Settings, fresh: Settings, other_url: str, steps: int
    ) -> None:
        name = f"older_{uuid4().hex[:8]}"
        postgres.create_database(name)
        try:
            older = move_schema(postgres.url(name), command.upgrade, f"{database.head()}-{steps}")
            made = backup.make(settings, postgres.url(name), None).path
        finally:
            postgres.drop_database(name)
        with tarfile.open(made) as archive:
            assert manifest_of(archive)["revision"] == older

        bring_back(fresh, other_url, made, replace=True)
        assert revision_of(other_url) == database.head()

    def test_says_which_attachments_it_lacks(self, settings: Settings, database_url: str) -> None:
        with psycopg.connect(plain(database_url)) as connection:
            connection.execute(
                "INSERT INTO stored_file (id, kind, media_type, size, digest, uploaded_by, uploaded_at, original, note) "
                "VALUES ('00000000-0000-0000-0000-0000000000ab', 'case', 'image/png', 1, '', gen_random_uuid(), now(), "
                "true, '')"
            )
        lost = backup.make(settings, database_url, None).lost
        assert lost == ["ab/00000000-0000-0000-0000-0000000000ab"]


def repack(archive: tarfile.TarFile, target: BinaryIO, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with tarfile.open(fileobj=target, mode="w") as changed:
        for member in archive:
            content = archive.extractfile(member)
            given = content.read() if content else b""
            if member.name == backup.MANIFEST:
                given = json.dumps(change(json.loads(given))).encode()
                member.size = len(given)
            changed.addfile(member, io.BytesIO(given))


def manifest_of(archive: tarfile.TarFile) -> dict[str, Any]:
    content = archive.extractfile(backup.MANIFEST)
    assert content
    return json.loads(content.read())


class TestReadingBack:
    """What `backup` does before it says that it is done."""

    def spoilt(self, made: Path, folder: Path, what: str, given: bytes | None) -> tuple[Path, Path]:
        """Give a backup with one member changed (or left out), and its dump."""
        with tarfile.open(made) as archive:
            archive.extractall(folder, filter="data")
        with tarfile.open(folder / "spoilt.tar", "w") as changed:
            for member in (backup.DUMP, f"{backup.FILES}/ab/picture", backup.MANIFEST):
                if member == what and given is not None:
                    (folder / member).write_bytes(given)
                if member != what or given is not None:
                    changed.add(folder / member, member)
        return folder / "spoilt.tar", folder / backup.DUMP

    @pytest.mark.parametrize("given", [b"damaged", b"", None])
    @pytest.mark.parametrize("what", [backup.DUMP, f"{backup.FILES}/ab/picture"])
    def test_finds_whatever_is_not_as_it_was_written(
        self, made: Path, tmp_path: Path, what: str, given: bytes | None
    ) -> None:
        with pytest.raises(CannotStart, match="读回核对不符"):
            backup.prove(*self.spoilt(made, tmp_path, what, given), tmp_path / "logs")

    def test_reads_the_dump_as_far_as_its_last_row(self, made: Path, tmp_path: Path) -> None:
        with tarfile.open(made) as archive:
            archive.extractall(tmp_path, filter="data")
            about = manifest_of(archive)
        dump = tmp_path / backup.DUMP
        dump.write_bytes(dump.read_bytes()[:-200])
        (tmp_path / backup.MANIFEST).write_text(json.dumps({**about, "dump": backup.digest_of(dump)}))
        with tarfile.open(tmp_path / "cut.tar", "w") as cut:
            for name in (backup.DUMP, backup.FILES, backup.MANIFEST):
                cut.add(tmp_path / name, name)
        with pytest.raises(CannotStart, match="pg_restore 未能完成"):
            backup.prove(tmp_path / "cut.tar", dump, tmp_path / "logs")

    def test_gives_no_name_to_what_does_not_read_back(
        self, settings: Settings, database_url: str, tmp_path: Path
    ) -> None:
        # a second name of one file goes into a tar as a mere pointer to the first: not what the list says
        (settings.files / "ab" / "twin").hardlink_to(settings.files / "ab" / "picture")

        with pytest.raises(CannotStart, match="读回核对不符"):
            backup.make(settings, database_url, tmp_path / "made.tar")

        assert [path.name for path in tmp_path.iterdir()] == ["data"]

    def test_leaves_nothing_behind_when_the_database_refuses(
        self, postgres: Postgres, settings: Settings, database_url: str, tmp_path: Path
    ) -> None:
        with psycopg.connect(plain(database_url), autocommit=True) as owner:
            owner.execute("DROP ROLE IF EXISTS stranger")
            owner.execute("CREATE ROLE stranger LOGIN")
        try:
            with pytest.raises(CannotStart, match="permission denied") as refused:
                backup.make(settings, database_url.replace("//fengqiao@", "//stranger@"), tmp_path / "made.tar")
        finally:
            with psycopg.connect(plain(database_url), autocommit=True) as owner:
                owner.execute("DROP ROLE stranger")
        whole = (settings.logs / "pg_dump.log").read_text()
        assert "pg_dump.log" in refused.value.message
        assert len(whole.splitlines()) > 1
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]

    @pytest.mark.parametrize(
        ("target", "said"), [("", "是目录"), ("typo/made.tar", "不存在"), ("data/keys.json/x", "不存在")]
    )
    def test_refuses_a_place_where_no_file_can_be(
        self, settings: Settings, database_url: str, tmp_path: Path, target: str, said: str
    ) -> None:
        with pytest.raises(CannotStart, match=said):
            backup.make(settings, database_url, tmp_path / target)
        assert not (tmp_path / "typo").exists()


class TestTheKeys:
    """A restore begins with them: without the right ones nothing is changed."""

    def lost(self, settings: Settings) -> str:
        settings.keys.unlink()
        return "找不到密钥文件"

    def damaged(self, settings: Settings) -> str:
        settings.keys.write_text("{")
        return "已损坏"

    def of_another_database(self, settings: Settings) -> str:
        settings.keys.unlink()
        keys.key_ring(settings)
        return "不属于这个备份"

    @pytest.mark.parametrize("case", ["lost", "damaged", "of_another_database"])
    @pytest.mark.parametrize("noted", [True, False])
    def test_that_do_not_open_the_backup_refuse_it(
        self, settings: Settings, database_url: str, other_url: str, fresh: Settings, case: str, noted: bool
    ) -> None:
        put(database_url, "before")
        if not noted:
            with psycopg.connect(plain(database_url)) as connection:
                connection.execute("DELETE FROM fengqiao_marker WHERE name LIKE 'key.%'")
        made = backup.make(settings, database_url, None).path
        put(other_url, "mine")
        said = getattr(self, case)(fresh)
        before = sorted(fresh.data.iterdir())

        with pytest.raises(CannotStart, match=said):
            bring_back(fresh, other_url, made, replace=True)
        assert series_in(other_url) == ["mine"]
        assert sorted(fresh.data.iterdir()) == before

    def test_of_before_a_rotation_are_not_enough(
        self, settings: Settings, database_url: str, fresh: Settings, other_url: str
    ) -> None:
        put(database_url, "before")
        with psycopg.connect(plain(database_url)) as connection:
            connection.execute("INSERT INTO fengqiao_marker (name, value) VALUES ('key.2', 'ab')")
        made = backup.make(settings, database_url, None).path
        with pytest.raises(CannotStart, match="缺少第 2 版密钥"):
            bring_back(fresh, other_url, made, replace=False)
        assert series_in(other_url) == []


class TestWhatProgramsSay:
    def test_is_kept_without_values_of_rows(self) -> None:
        with programs.Complaints() as said:
            os.write(
                said.fileno(),
                b"psql:<stdin>:9: ERROR:  duplicate key\nDETAIL:  Key (phone)=(13912345678) already exists.\n"
                b'CONTEXT:  COPY person, line 3, column name: "\xe5\xbc\xa0\xe4\xb8\x89"\n'
                b"DETAIL:  Failing row contains (1, secret thing).\n",
            )
            text = said.text()
        assert "duplicate key" in text
        assert "COPY person, line 3, column name" in text
        assert not [word for word in ("139", "张三", "secret thing") if word in text]

    def test_is_worded_by_its_first_fault(self, tmp_path: Path) -> None:
        said = "pg_restore: error: could not execute query: ERROR:  no room\nCommand was: SET x = 0;\n"
        refused = programs.failed("pg_restore", said, tmp_path)
        assert "no room" in refused.message
        assert (tmp_path / "pg_restore.log").read_text().strip() == said.strip()


class TestTheEnvironmentOfPostgresPrograms:
    def test_carries_the_password_so_that_no_command_line_does(self) -> None:
        found = programs.libpq_environment("postgresql://u:p%40ss@h:5433/d?sslmode=require")
        expected = {
            "PGHOST": "h",
            "PGPORT": "5433",
            "PGUSER": "u",
            "PGPASSWORD": "p@ss",
            "PGDATABASE": "d",
            "PGSSLMODE": "require",
        }
        assert found.items() >= expected.items()
