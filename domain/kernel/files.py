"""The file folder: bytes that were checked and re-encoded, named by their id."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.ids import new_id
from domain.kernel.models import StoredFile


class _Holder:
    folder: Path | None = None


def use(folder: Path) -> None:
    """This function will set the file folder of this process."""
    folder.mkdir(parents=True, exist_ok=True)
    _Holder.folder = folder


def path_of(file_id: UUID, suffix: str = "") -> Path:
    """This function will tell where the bytes of a file lie.

    :raises RuntimeError: no folder was set at start
    """
    if _Holder.folder is None:
        raise RuntimeError("files.use(folder) must be called at start")
    return _Holder.folder / file_id.hex[-2:] / f"{file_id}{suffix}"


async def keep(
    session: AsyncSession, actor: Actor, *, kind: str, media_type: str, content: bytes, thumbnail: bytes, at: datetime
) -> StoredFile:
    """This function will write a file and its thumbnail durably, then its row.

    An act that is rolled back afterwards leaves bytes without a row, never a row without bytes.
    """
    stored = StoredFile(
        id=new_id(),
        kind=kind,
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        uploaded_by=actor.account_id,
        uploaded_at=at,
    )
    _write(path_of(stored.id), content)
    _write(path_of(stored.id, ".thumb"), thumbnail)
    session.add(stored)
    await session.flush()
    return stored


async def forget(session: AsyncSession, file_ids: Collection[UUID]) -> None:
    """This function will delete the rows of files; once that is committed, `drop` deletes their bytes."""
    await session.execute(delete(StoredFile).where(one_of(col(StoredFile.id), file_ids)))


def drop(file_ids: Iterable[UUID]) -> None:
    """This function will delete the bytes of files whose rows are gone; what is not there is no fault."""
    for file_id in file_ids:
        for suffix in ("", ".thumb"):
            path_of(file_id, suffix).unlink(missing_ok=True)


def stored_before(moment: datetime) -> set[UUID]:
    """This function will give the files whose bytes were written before a moment, whether or not they have a row."""
    if _Holder.folder is None:
        raise RuntimeError("files.use(folder) must be called at start")
    old = (path for path in _Holder.folder.glob("??/*") if path.stat().st_mtime < moment.timestamp())
    found = set[UUID]()
    for path in old:
        with suppress(ValueError):  # not ours
            found.add(UUID(path.name.removesuffix(".thumb")))
    return found


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
