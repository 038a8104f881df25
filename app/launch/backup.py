"""Backup and restore: one tar with a dump of the database and the attachments. Keys never go in."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from app.launch import database
from app.launch.errors import CannotStart
from app.launch.postgres import binaries

if TYPE_CHECKING:
    from app.settings import Settings

FORMAT = 1
DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")


def libpq_environment(given: str) -> dict[str, str]:
    """Give the variables under which PostgreSQL's programs reach a database; a command line would show the password."""
    url = database.read_url(given)
    host = url.query.get("host", url.host) or ""
    parts = {
        "PGHOST": str(host),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
        **{f"PG{name.upper()}": str(url.query.get(name, "")) for name in _TLS},
    }
    return {**os.environ, **{name: value for name, value in parts.items() if value}}


def make(settings: Settings, url: str, target: Path | None) -> Path:
    """Write a backup and give its path; it appears under its name only when it is whole.

    :raises CannotStart: the dump failed, or the target cannot be written
    """
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    target = (target or settings.data / "backups" / f"fengqiao-{now():%Y%m%d-%H%M%S}.tar").absolute()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DUMP
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        manifest = {"format": FORMAT, "revision": database.head(), "made_at": now().isoformat(), "dump": _digest(dump)}
        (Path(folder) / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            archive.add(Path(folder) / MANIFEST, MANIFEST)
            archive.add(dump, DUMP)
            if settings.files.is_dir():
                archive.add(settings.files, FILES)
    aside.replace(target)
    return target


def bring_back(settings: Settings, url: str, source: Path, *, replace: bool) -> None:
    """Restore a backup into a database; all of it or nothing.

    :raises CannotStart: no backup, damaged, made by a newer program, or there is data and `replace` is not set
    """
    if not replace and _holds_data(url):
        raise CannotStart("数据库中已有数据，未做任何改动；确认要覆盖时请加 --replace。")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data) as folder:
        _unpack(source, Path(folder))
        words = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        _run("pg_restore", url, *words, f"--dbname={database.read_url(url).database}", str(Path(folder) / DUMP))
        _put_files(Path(folder) / FILES, settings.files)
    database.migrate(url)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                _unpack_member(archive, member, folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = manifest["dump"] == _digest(folder / DUMP)
    except (OSError, tarfile.TarError, ValueError, KeyError):
        raise CannotStart(f"{source} 不是完整的备份文件。") from None
    if not whole:
        raise CannotStart(f"备份 {source} 已损坏：内容与清单不符。")
    if not database.knows(manifest["revision"]):
        raise CannotStart(f"备份 {source} 由更新的程序生成，请先升级本系统。")


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
    plain = database.read_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return connection.execute("SELECT 1 FROM account LIMIT 1").fetchone() is not None


def _run(program: str, url: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [str(binaries() / program), "--no-password", *arguments],
        env=libpq_environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["没有说明"]
        raise CannotStart(f"{program} 未能完成：{last[0]}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
