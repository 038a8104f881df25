"""The file folder: bytes that were checked and re-encoded, named by their id."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
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


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
