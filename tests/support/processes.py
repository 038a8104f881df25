"""The processes of a served product, as the system tells of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def started_by(starter: int) -> dict[int, list[bytes]]:
    """Name the processes that one started and that live, each with the words of its command."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"\nPPid:\t{starter}\n" in status.read_text():
                found[int(status.parent.name)] = status.with_name("cmdline").read_bytes().split(b"\0")
    return found


def alive(process: int) -> bool:
    """Tell whether a process runs; one that ended and was not asked about does not."""
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    return False
