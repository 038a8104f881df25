"""Backup: one tar with a dump of the database, the attachments and a list of both. Keys never go in.

A backup appears under its name only when it has been read back: every byte of it compared with the list, and the
dump read to its end by the program that would restore it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg

from app.launch import database, programs
from app.launch.errors import CannotStart, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.settings import Settings

FORMAT = 2
DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read back.

    :ivar lost: attachments that the database knows and the file folder lacks: they are in no backup from now on
    """

    path: Path
    files: int
    lost: list[str] = field(default_factory=list)


class _Counted:
    """A file that is read once, by the archive, and whose digest is known afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._hash.update(content)
        return content

    def digest(self) -> str:
        return self._hash.hexdigest()


def make(settings: Settings, url: str, target: Path | None) -> Made:
    """Write a backup, read it back and give it its name.

    :raises CannotStart: the dump failed, the target cannot be written, or what was written does not read back; then
        nothing stands under its name that did not before
    """
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    if target is None:
        target = settings.data / "backups" / f"fengqiao-{now():%Y%m%d-%H%M%S}.tar"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = target.absolute()
    check_target(target, replace=True)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            return _make(settings, url, target, Path(folder), now().isoformat())
    except (OSError, tarfile.TarError) as error:
        reason = why(error) if isinstance(error, OSError) else str(error)
        raise CannotStart(f"备份 {target} 没有写成（{reason}）；请检查目录权限和磁盘空间。") from None


def check_target(target: Path, *, replace: bool) -> None:
    """Make sure that a backup may get this name. Writes nothing.

    :raises CannotStart: it is a folder, lies in none (a slip of the pen would make one, and fill it), or is there
    """
    target = target.absolute()
    try:
        if target.is_dir():
            raise CannotStart(f"{target} 是目录；请给出备份文件的名字，例如 {target / 'fengqiao.tar'}。")
        if not target.parent.is_dir():
            raise CannotStart(f"目录 {target.parent} 不存在，没有生成备份；请检查路径，或先建立这个目录。")
        if target.exists() and not replace:
            raise CannotStart(f"文件 {target} 已存在，没有生成备份；请换一个名字，确认要覆盖时请加 --replace。")
    except OSError as error:
        raise CannotStart(f"备份不能写到 {target}（{why(error)}）。") from None
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise CannotStart(f"目录 {target.parent} 不可写，没有生成备份；请检查目录权限。")


def _make(settings: Settings, url: str, target: Path, folder: Path, made_at: str) -> Made:
    dump, aside = folder / DUMP, folder / "whole.tar"
    words = ("--no-password", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
    programs.run("pg_dump", *words, logs=settings.logs, url=url)
    known = _known_files(url)
    about = {"format": FORMAT, "revision": _revision(url), "made_at": made_at, "dump": digest_of(dump)}
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
        archive.add(dump, DUMP)
        files = dict(_add_files(archive, settings.files))
        _add_manifest(archive, folder / MANIFEST, {**about, "files": files})
    prove(aside, dump, settings.logs)
    _flush(aside)
    aside.replace(target)
    return Made(target, len(files), sorted(known - set(files)))


def prove(made: Path, dump: Path, logs: Path) -> None:
    """Read a backup back: each byte against its list, and the dump as far as its last row.

    What this shows is that the tar is whole and that `pg_restore` reads all of the dump. Whether a server takes it
    shows only in a restore.

    :raises CannotStart: it does not read back
    """
    with tarfile.open(made) as archive:
        found = {member.name: _digest_of_member(archive, member) for member in archive if member.isfile()}
        about = json.loads(_content(archive, MANIFEST))
    listed = {DUMP: about["dump"], **{f"{FILES}/{name}": digest for name, digest in about["files"].items()}}
    del found[MANIFEST]
    if found != listed:
        wrong = sorted(name for name in {*found, *listed} if found.get(name) != listed.get(name))
        raise CannotStart(f"备份写完后读回核对不符（{wrong[0]} 等 {len(wrong)} 项），没有生成备份；请检查磁盘。")
    programs.run("pg_restore", "--list", str(dump), logs=logs)
    programs.run("pg_restore", f"--file={os.devnull}", str(dump), logs=logs)


def digest_of(path: Path) -> str:
    """Give the digest of a file as a backup lists it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add_files(archive: tarfile.TarFile, folder: Path) -> Iterator[tuple[str, str]]:
    """Add the attachments; what the running server deletes meanwhile was over anyway."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        try:
            if not path.is_file():
                continue
            opened = path.open("rb")
        except FileNotFoundError:
            continue
        name = path.relative_to(folder).as_posix()
        with opened:
            counted = _Counted(opened)
            archive.addfile(archive.gettarinfo(arcname=f"{FILES}/{name}", fileobj=opened), counted)  # type: ignore[arg-type]
        yield name, counted.digest()


def _add_manifest(archive: tarfile.TarFile, path: Path, about: dict[str, Any]) -> None:
    path.write_text(json.dumps(about, indent=1), encoding="utf-8")
    archive.add(path, MANIFEST)


def _digest_of_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content = archive.extractfile(member)
    assert content is not None  # noqa: S101 - a regular file has content
    counted = _Counted(content)
    while counted.read(_BLOCK):
        continue
    return counted.digest()


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None  # noqa: S101 - a regular file has content
    return found.read()


def _flush(path: Path) -> None:
    """Have the disk take a file before its name says that it is there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _known_files(url: str) -> set[str]:
    """Name the attachments that the database knows of, by the copy that pages show."""
    return {f"{name[-2:]}/{name}" for (name,) in _rows(url, "SELECT id::text FROM stored_file")}


def _revision(url: str) -> str | None:
    """Give the revision that the database stands at; the program may know newer ones."""
    return next((str(row[0]) for row in _rows(url, "SELECT version_num FROM alembic_version")), None)


def _rows(url: str, words: Any) -> Iterable[tuple[Any, ...]]:
    plain = database.read_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return connection.execute(words).fetchall()
