"""The file folder: what was uploaded, and its copies for screens; each sealed, named by the file's id."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, file_sealing
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.ids import new_id
from domain.kernel.models import StoredFile
from domain.kernel.refusals import NotFound


class Part(StrEnum):
    """What lies in the folder of one file; the value ends its name."""

    SCREEN = ""
    THUMBNAIL = ".thumb"
    ORIGINAL = ".original"

    @property
    def label(self) -> str:
        """Name the part for an operator."""
        return {Part.SCREEN: "页面副本", Part.THUMBNAIL: "缩略图", Part.ORIGINAL: "原图"}[self]


LOST = "图片文件已丢失或损坏，请联系管理员从备份恢复"
NO_ORIGINAL = "这张图片上传时系统还不保存原图，只有页面上显示的副本"
_UNFINISHED = ".part"
_log = structlog.get_logger(__name__)


class _Holder:
    folder: Path | None = None


def use(folder: Path) -> None:
    """Set the file folder of this process."""
    folder.mkdir(parents=True, exist_ok=True)
    _Holder.folder = folder


def path_of(file_id: UUID, part: str = Part.SCREEN) -> Path:
    """Tell where the bytes of a file lie.

    :raises RuntimeError: no folder was set at start
    """
    if _Holder.folder is None:
        raise RuntimeError("files.use(folder) must be called at start")
    return _Holder.folder / file_id.hex[-2:] / f"{file_id}{part}"


async def keep(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: str,
    media_type: str,
    parts: Mapping[Part, bytes],
    note: str = "",
    at: datetime,
) -> StoredFile:
    """Write what was given and its copies durably, then their row.

    An act that is rolled back afterwards leaves bytes without a row, never a row without bytes.
    """
    given, file_id, key = parts[Part.ORIGINAL], new_id(), file_sealing.new_key()
    stored = StoredFile(
        id=file_id,
        kind=kind,
        media_type=media_type,
        size=len(given),
        digest=hashlib.sha256(given).hexdigest(),
        uploaded_by=actor.account_id,
        uploaded_at=at,
        original=True,
        note=note,
        key_sealed=_seal_key(file_id, key),
        sealed_at=at,
    )
    await asyncio.to_thread(_write_all, file_id, key, parts)
    session.add(stored)
    await session.flush()
    return stored


async def read(stored: StoredFile, part: Part = Part.SCREEN) -> bytes:
    """Give the bytes of a file in clear.

    :raises NotFound: they are lost, damaged, or were never kept
    """
    if part is Part.ORIGINAL and not stored.original:
        raise NotFound(NO_ORIGINAL)
    try:
        return await asyncio.to_thread(_opened, stored, part)
    except FileNotFoundError:
        _log.error("file.lost", file=str(stored.id), part=part.name)
        raise NotFound(LOST) from None
    except crypto.CannotOpen:
        _log.error("file.damaged", file=str(stored.id), part=part.name)
        raise NotFound(LOST) from None


class Fault(StrEnum):
    """What may be wrong with the bytes of a file; the value is the word for an operator."""

    LOST = "丢失"
    DAMAGED = "损坏"


def faults(stored: StoredFile) -> dict[Part, Fault]:
    """Read every part of a file, and tell what is wrong with which."""
    found: dict[Part, Fault] = {}
    for part in Part:
        if part is Part.ORIGINAL and not stored.original:
            continue
        try:
            _opened(stored, part)
        except FileNotFoundError:
            found[part] = Fault.LOST
        except crypto.CannotOpen:
            found[part] = Fault.DAMAGED
    return found


async def every(session: AsyncSession) -> AsyncGenerator[StoredFile]:
    """Give the rows of all files, some at a time."""
    async for stored in await session.stream_scalars(
        select(StoredFile).order_by(col(StoredFile.id)).execution_options(yield_per=200)
    ):
        yield stored


def _opened(stored: StoredFile, part: Part) -> bytes:
    # The bytes in clear: sealed ones prove themselves, what was given is held against its digest besides.
    content = path_of(stored.id, part).read_bytes()
    if stored.sealed_at is not None or file_sealing.is_sealed(content):
        key = _open_key(stored.id, stored.key_sealed)
        content = file_sealing.unseal(key, content, _bound(stored.id, part))
    given = Part.ORIGINAL if stored.original else Part.SCREEN
    if part is given and hashlib.sha256(content).hexdigest() != stored.digest:
        raise crypto.CannotOpen("not the bytes that were given")
    return content


async def give_keys(session: AsyncSession, *, limit: int) -> dict[UUID, bytes]:
    """Give a key to some of the files that lie in clear. Their bytes are sealed once this is committed.

    In this order whoever is killed in between has lost nothing: bytes in clear are read until `note_sealed`.
    """
    query = select(StoredFile).where(col(StoredFile.sealed_at).is_(None)).order_by(col(StoredFile.id)).limit(limit)
    keys: dict[UUID, bytes] = {}
    for stored in await session.scalars(query.with_for_update()):
        stored.key_sealed = stored.key_sealed or _seal_key(stored.id, file_sealing.new_key())
        keys[stored.id] = _open_key(stored.id, stored.key_sealed)
    return keys


def seal_bytes(keys: Mapping[UUID, bytes]) -> None:
    """Seal the bytes of files that lie in clear; what is sealed already, or lost, stays as it is."""
    for file_id, key in keys.items():
        for part in Part:
            path = path_of(file_id, part)
            content = path.read_bytes() if path.is_file() else b""
            if content and not file_sealing.is_sealed(content):
                aside = path.with_name(path.name + _UNFINISHED)
                write(aside, file_sealing.seal(key, content, _bound(file_id, part)))
                aside.replace(path)


async def note_sealed(session: AsyncSession, file_ids: Collection[UUID], *, at: datetime) -> None:
    """Note that nothing of these files lies in clear any more."""
    await session.execute(update(StoredFile).where(one_of(col(StoredFile.id), file_ids)).values(sealed_at=at))


async def forget(session: AsyncSession, file_ids: Collection[UUID]) -> None:
    """Delete the rows of files; once that is committed, `drop` deletes their bytes."""
    await session.execute(delete(StoredFile).where(one_of(col(StoredFile.id), file_ids)))


def drop(file_ids: Iterable[UUID]) -> None:
    """Delete the bytes of files whose rows are gone; what is not there is no fault."""
    for file_id in file_ids:
        for part in Part:
            path_of(file_id, part).unlink(missing_ok=True)
            path_of(file_id, part + _UNFINISHED).unlink(missing_ok=True)


def stored_before(moment: datetime) -> set[UUID]:
    """Give the files whose bytes were written before a moment, whether or not they have a row."""
    if _Holder.folder is None:
        raise RuntimeError("files.use(folder) must be called at start")
    old = (path for path in _Holder.folder.glob("??/*") if path.stat().st_mtime < moment.timestamp())
    found = set[UUID]()
    for path in old:
        with suppress(ValueError):  # not ours
            found.add(UUID(path.name.partition(".")[0]))
    return found


def _bound(file_id: UUID, part: Part) -> str:
    return f"stored_file|{file_id}|{part.name}"


def _seal_key(file_id: UUID, key: bytes) -> bytes:
    return crypto.seal("stored_file", "key", file_id, key.hex())


def _open_key(file_id: UUID, sealed: bytes | None) -> bytes:
    return bytes.fromhex(crypto.unseal("stored_file", "key", file_id, sealed))


def _write_all(file_id: UUID, key: bytes, parts: Mapping[Part, bytes]) -> None:
    for part, content in parts.items():
        write(path_of(file_id, part), file_sealing.seal(key, content, _bound(file_id, part)))


def write(path: Path, content: bytes) -> None:
    """Write a file durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
