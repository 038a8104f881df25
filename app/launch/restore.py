"""Restore: a backup into a database of any server the product runs on, all of it or nothing.

`pg_restore` writes SQL, `psql` reads it: told to talk to a server itself, `pg_restore` sends it every setting of its
own release, and an older server refuses those it does not know.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import UUID

import psycopg

from app.launch import checks, database, keys, programs
from app.launch.backup import DUMP, FILES, FORMAT, MANIFEST, digest_of
from app.launch.errors import CannotStart, why

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from app.settings import Settings

_SETTING = re.compile(rb"SET (\w+) = ")
_PREAMBLE_ENDS = b"-- Name: "
_PATIENCE = b"SET lock_timeout = '15s';\n"
_CLEAR = b"""
DO $clear$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
            WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm', 'r', 'p', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.deptype IN ('e', 'i', 'a'))
        ORDER BY c.relkind = 'S'
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', found.kind, found.name);
    END LOOP;
    FOR found IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', found.name);
    END LOOP;
END
$clear$;
"""
"""A database that was checked to be ours holds nothing else. What a newer schema added must go as well: the backup
does not name it, and the migrations after the restore would meet it again."""
_ESCAPED = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A whole backup, unpacked beside the data.

    :ivar digest: of the backup's file
    """

    folder: Path
    source: Path
    digest: str
    made_at: str

    @property
    def dump(self) -> Path:
        """Tell where the dump lies."""
        return self.folder / DUMP


def check_source(source: Path) -> None:
    """Make sure that there is a file to restore from. Writes nothing.

    :raises CannotStart: there is none, or it cannot be read
    """
    try:
        source.open("rb").close()
    except OSError as error:
        raise CannotStart(f"无法读取备份文件 {source}（{why(error)}），未做任何改动。") from None


@contextmanager
def unpacked(settings: Settings, source: Path) -> Generator[Unpacked]:
    """Unpack a backup, and make sure that it is whole, that this program knows it and that the keys open it.

    Nothing but a temporary folder is written.

    :raises CannotStart: no backup, damaged, made by a newer program, or without the keys it was made under
    """
    checks.data_folder(settings.data)
    with tempfile.TemporaryDirectory(dir=settings.data) as name:
        folder = Path(name)
        made_at = _unpack(source, folder)
        programs.run("pg_restore", "--list", str(folder / DUMP), logs=settings.logs)
        rows = dict(_rows(folder / DUMP, "fengqiao_marker", ("name", "value")))
        noted = {key: value for key, value in rows.items() if key.startswith("key.")}
        person = next(_rows(folder / DUMP, "account", ("id", "name_sealed")), None)
        sample = (UUID(person[0]), bytes.fromhex(person[1].removeprefix("\\x"))) if person else None
        keys.check_keys_of_backup(settings, noted, sample)
        yield Unpacked(folder, source, digest_of(source), made_at)


def bring_back(settings: Settings, url: str, backup: Unpacked, *, replace: bool) -> int:
    """Put an unpacked backup in the place of what the database and the file folder hold.

    The schema that stands there may be of any release, a newer one too: nothing of it stays. Answers how many lines
    the journal had that was replaced.

    :raises CannotStart: there is data and `replace` is not set, or the database refuses; then nothing is changed
    """
    if not replace and _holds_data(url):
        raise CannotStart("数据库中已有数据，未做任何改动；确认要覆盖时请加 --replace。")
    was, highest = _journal(url)
    _pour(backup.dump, url, settings.logs)
    _put_files(backup.folder / FILES, settings.files)
    database.migrate(url)
    _number_on(url, highest)
    return was


def _unpack(source: Path, folder: Path) -> str:
    """Unpack and compare with the list; give the moment of the backup."""
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                _unpack_member(archive, member, folder)
        about = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = about["format"] <= FORMAT and database.knows(about["revision"])
        listed = {DUMP: about["dump"], **{f"{FILES}/{name}": made for name, made in about.get("files", {}).items()}}
        wrong = next((name for name, made in listed.items() if not _is_as(folder / name, made)), "")
        made_at = str(about["made_at"])
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError, AttributeError):
        raise CannotStart(f"{source} 不是完整的备份文件。") from None
    if not known:
        raise CannotStart(f"备份 {source} 由更新的程序生成，请先升级本系统。")
    if wrong:
        raise CannotStart(f"备份 {source} 已损坏：{wrong} 与清单不符，未做任何改动。")
    return made_at


def _is_as(path: Path, digest: str) -> bool:
    return path.is_file() and digest_of(path) == digest


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one regular file of a backup; nothing else is in one, and no name leads out of the folder."""
    target = (folder / member.name).resolve()
    if not member.isfile() or not target.is_relative_to(folder.resolve()):
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = archive.extractfile(member)
    assert content is not None  # noqa: S101 - a regular file has content
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _rows(dump: Path, table: str, columns: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Read two columns of a table out of a dump, without a database; nothing where the dump lacks it."""
    command = programs.words("pg_restore", "--data-only", f"--table={table}", "--file=-", str(dump))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as reader:  # noqa: S603 - fixed
        assert reader.stdout is not None  # noqa: S101 - a pipe was asked for
        places: list[int] = []
        for line in reader.stdout:
            if line.startswith("COPY "):
                names = [name.strip(' "') for name in line[line.index("(") + 1 : line.rindex(")")].split(",")]
                places = [names.index(name) for name in columns]
            elif line.startswith("\\."):
                break
            elif places:
                cells = line.rstrip("\n").split("\t")
                one, other = (re.sub(r"\\.", lambda sign: _ESCAPED.get(sign[0], sign[0]), cells[i]) for i in places)
                yield one, other
        reader.kill()


def _pour(dump: Path, url: str, logs: Path) -> None:
    """Let `psql` run what `pg_restore` writes, in one transaction that also clears the database before."""
    with programs.Complaints() as read, programs.Complaints() as taken:
        read_status, taken_status = _run_both(dump, url, read, taken)
        if taken_status != 0:
            raise programs.failed("psql", taken.text(), logs)
        if read_status != 0:
            raise programs.failed("pg_restore", read.text(), logs)


def _run_both(dump: Path, url: str, read: programs.Complaints, taken: programs.Complaints) -> tuple[int, int]:
    known = _settings_known(url)
    reader = subprocess.Popen(  # noqa: S603 - fixed programs, no shell
        programs.words("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=read.fileno(),
    )
    writer = subprocess.Popen(  # noqa: S603 - fixed programs, no shell
        programs.words("psql", "--no-password", "--no-psqlrc", "--quiet", "--variable=ON_ERROR_STOP=1", "--file=-"),
        env=programs.libpq_environment(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=taken.fileno(),
    )
    with reader, writer:
        assert reader.stdout is not None  # noqa: S101 - pipes were asked for
        assert writer.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):  # then psql said why
            writer.stdin.write(b"BEGIN;\n" + _PATIENCE + _CLEAR)
            _copy(reader.stdout, writer.stdin, known)
            if reader.wait() == 0:
                writer.stdin.write(b"COMMIT;\n")
        with suppress(BrokenPipeError):
            writer.stdin.close()
        status = writer.wait()
        reader.kill()
    return reader.returncode, status


def _copy(script: IO[bytes], target: IO[bytes], known: frozenset[bytes]) -> None:
    """Hand the script on, without the settings of its preamble that the server does not know.

    A setting that a server does not know has no value there that would have to be put right.
    """
    for line in script:
        found = _SETTING.match(line)
        if not found or found[1] in known:
            target.write(line)
        if line.startswith(_PREAMBLE_ENDS):
            break
    shutil.copyfileobj(script, target, 1 << 20)


def _settings_known(url: str) -> frozenset[bytes]:
    with psycopg.connect(_plain(url)) as connection:
        return frozenset(name.encode() for (name,) in connection.execute("SELECT name FROM pg_settings"))


def _put_files(restored: Path, target: Path) -> None:
    """Swap the folder of attachments; the old one goes only when the new one stands."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    if restored.exists():
        restored.rename(target)
    else:
        target.mkdir()
    shutil.rmtree(old, ignore_errors=True)


def _holds_data(url: str) -> bool:
    """Tell whether there is something to lose; what a newer release keeps where, nobody knows here."""
    with psycopg.connect(_plain(url)) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return False
        revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if not all(database.knows(revision) for (revision,) in revisions):
            return True
        return connection.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None


def _journal(url: str) -> tuple[int, int]:
    """Count the lines of the journal that stands there, and give the highest number among them."""
    with psycopg.connect(_plain(url)) as connection:
        if connection.execute("SELECT to_regclass('journal_entry')").fetchone() == (None,):
            return 0, 0
        found = connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM journal_entry").fetchone()
    return found or (0, 0)


def _number_on(url: str, highest: int) -> None:
    """Let no line bear a number again that one of those had which the restore took away.

    Such a line, put back in, then stands below the mark, where no act brings one any more.
    """
    with psycopg.connect(_plain(url)) as connection:
        words = "SELECT setval('journal_ticket', %s) FROM journal_ticket WHERE last_value < %s"
        connection.execute(words, (highest, highest))


def _plain(url: str) -> str:
    return database.read_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
