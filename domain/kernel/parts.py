"""The folder of long work: parts under way and finished files, each sealed under the key of its job, in no backup."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from uuid import UUID

from domain.kernel import file_sealing, files

WHOLE = "whole"


class _Holder:
    folder: Path | None = None


def use(folder: Path) -> None:
    """Set the folder of this process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _Holder.folder = folder


def keep(job_id: UUID, name: str, key: bytes, content: bytes) -> None:
    """Write a part or the whole durably; one that is there, of a process that was killed, is replaced."""
    path = _path(job_id, name)
    aside = path.with_suffix(".aside")
    files.write(aside, file_sealing.seal(key, content, _bound(job_id, name)))
    aside.replace(path)


def read(job_id: UUID, name: str, key: bytes) -> bytes:
    """Give the bytes in clear.

    :raises FileNotFoundError: they are lost
    :raises CannotOpen: they are damaged, or of another job
    """
    return file_sealing.unseal(key, _path(job_id, name).read_bytes(), _bound(job_id, name))


def before(job_id: UUID, rows: int, key: bytes) -> Iterator[bytes]:
    """Give the parts that hold the first so many rows, in order."""
    names = sorted(path.stem.partition("_")[2] for path in _folder().glob(f"{job_id}_*.part"))
    return (read(job_id, name, key) for name in names if name.isdigit() and int(name) < rows)


def named(first: int) -> str:
    """Name the part that begins behind so many rows."""
    return f"{first:09}"


def drop_all_but(wanted: Collection[UUID], finished: Collection[UUID] = ()) -> None:
    """Delete what belongs to none of some jobs, and the parts of those that are finished."""
    for path in list(_folder().iterdir()):
        whose, _, name = path.stem.partition("_")
        if whose not in map(str, wanted) or (whose in map(str, finished) and name != WHOLE):
            path.unlink(missing_ok=True)


def _path(job_id: UUID, name: str) -> Path:
    return _folder() / f"{job_id}_{name}.part"


def _folder() -> Path:
    if _Holder.folder is None:
        raise RuntimeError("parts.use(folder) must be called at start")
    return _Holder.folder


def _bound(job_id: UUID, name: str) -> str:
    return f"part|{job_id}|{name}"
