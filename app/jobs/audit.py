"""The audit's own clock: alarms are looked for, and the journal is anchored once a day and at every stop.

The anchors' file lies outside the database: whoever cuts off the end of the journal, table of anchors
included, has to reach that file too. Copy it to another machine (docs/operations.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from domain.audit import operations
from domain.kernel import crypto
from domain.kernel.journal import Anchored
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

PAUSE = 20.0
"""Seconds between two looks."""
FILE = "anchors.jsonl"
_log = structlog.get_logger(__name__)


async def run_audit(
    stop: asyncio.Event, folder: Path, *, clock: Callable[[], datetime] = now, pause: float = PAUSE
) -> None:
    """This function will look for alarms until it is told to stop; a failed look is logged and tried again."""
    while not stop.is_set():
        try:
            await run_once(folder, clock())
        except Exception:  # noqa: BLE001 - the database may be away for a while; the audit must outlive it
            _log.exception("audit.look_failed")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
    try:
        await anchor(folder, clock())
    except Exception:  # noqa: BLE001 - the next start anchors anyway
        _log.exception("audit.last_anchor_failed")


async def run_once(folder: Path, at: datetime) -> int:
    """This function will raise the alarms there are and anchor the journal if today's is missing."""
    async with unit_of_work() as session:
        due = await operations.due_for_anchor(session, at=at)
    if due:
        await anchor(folder, at)
    async with unit_of_work() as session:
        return await operations.scan(session, at=at)


async def anchor(folder: Path, at: datetime) -> Anchored | None:
    """This function will anchor the journal's last line, in the database and in the file outside."""
    async with unit_of_work() as session:
        made = await operations.anchor(session, at=at)
    if made is not None:
        append(folder / FILE, made, at)
    return made


def append(path: Path, made: Anchored, at: datetime) -> None:
    """This function will add an anchor to the file, sealed under the chain's key."""
    line = {"at": at.isoformat(), "seq": made.seq, "seal": made.seal.hex(), "mac": _mac(made)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read(path: Path) -> tuple[list[Anchored], int]:
    """This function will read the anchors of the file, and count the lines that do not hold."""
    if not path.exists():
        return [], 0
    found: list[Anchored] = []
    wrong = 0
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            raw = json.loads(text)
            made = Anchored(int(raw["seq"]), bytes.fromhex(raw["seal"]))
            holds = raw["mac"] == _mac(made)
        except (ValueError, KeyError, TypeError):
            wrong += 1
            continue
        if holds:
            found.append(made)
        else:
            wrong += 1
    return found, wrong


def _mac(made: Anchored) -> str:
    return crypto.chained(b"anchor" + made.seq.to_bytes(8, "big") + made.seal).hex()
