"""What the jobs process tells the web processes of itself, for `/readyz`: that it works, and what stands in its way.

A file in the data folder, of one size and written in place: it can be written while the disk is full or the database
away, which is when it matters, and it leaves neither rows nor lines behind. Its moment is the system's running time,
which all processes share and nobody sets.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.causes import Cause

FILE = "jobs.state"
SIZE = 1024
FRESH = 30.0
"""Seconds for which a report holds: one is written every `EVERY`, on a machine that may be busy."""
EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a jobs process that works.

    :ivar causes: what it met lately
    """

    process: int
    causes: tuple[Cause, ...] = ()


def path_of(data: Path) -> Path:
    """Tell where the report of a data folder lies."""
    return data / FILE


def write(path: Path, report: Report) -> None:
    """Write a report over the last one."""
    said = {"process": report.process, "at": time.monotonic(), "causes": list(report.causes)}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, json.dumps(said).encode().ljust(SIZE), 0)
    finally:
        os.close(descriptor)


def read(path: Path) -> Report | None:
    """Read the report; none where no jobs process works."""
    try:
        said = json.loads(path.read_bytes())
        report = Report(int(said["process"]), tuple(Cause(one) for one in said["causes"]))
        age = time.monotonic() - float(said["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if 0 <= age <= FRESH else None


def forget(path: Path) -> None:
    """Let the report of a process that is gone hold no longer."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
