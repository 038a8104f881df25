"""Retention: what is over is ended, in batches, once an hour; and what was ended stays so after a restore.

Each batch is a unit of work of its own, so that locks are held for a moment and a stop loses nothing. A *ledger*
beside the database (`DATA_DIR/retention/tombstones.txt`: moment, kind and id of each person made anonymous, nothing
else) remembers what a restored older backup would bring back; the first pass after a start compares the two.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from app import causes
from app.jobs.witness import Watch
from app.settings import Settings, load
from app.tasks import stopped
from domain.kernel import files
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from domain.retention import operations, queries
from domain.retention.models import Kind
from domain.retention.rules import BATCH
from state.clock import now

PAUSE = 3600.0
"""Seconds between two passes."""
DOUBTED_PAUSE = 60.0
"""Seconds until it is asked again whether the clock is believed."""
SPARED = timedelta(days=1)
ACTOR = system_actor(Role.CLOCK, origin="保存期限")
Buried = dict[UUID, tuple[Kind, datetime]]

_log = structlog.get_logger(__name__)


async def run_retention(
    stop: asyncio.Event,
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = now,
    pause: float = PAUSE,
    watch: Watch | None = None,
) -> None:
    """Make passes until told to stop; a failed one is logged and tried again.

    While the watch doubts the machine's clock nothing is deleted: what is not over yet would go for good.
    """
    ledger = ledger_of(settings or load())
    known = False
    while not stop.is_set():
        doubted = False
        try:
            doubted = watch is not None and bool(await watch.look())
            if not known and not doubted:
                await reconcile(ledger, at=clock(), stop=stop)
                await sweep(at=clock())
                await seal_older(at=clock(), stop=stop)
                known = not stop.is_set()
            ended = {} if doubted else await run_once(ledger, at=clock(), stop=stop)
            if ended:
                _log.info("retention.ended", **ended)
        except Exception:  # noqa: BLE001 - the database may be away for a while; the job must outlive it
            causes.log("retention.pass_failed")
        await stopped(stop, min(pause, DOUBTED_PAUSE) if doubted else pause)


async def run_once(ledger: Path, *, at: datetime, stop: asyncio.Event | None = None) -> dict[str, int]:
    """End everything that is over at a moment, and answer how much of each kind."""
    ended: dict[str, int] = {}
    for kind in Kind:
        while stop is None or not stop.is_set():
            async with unit_of_work() as session:
                done = await operations.run_batch(session, ACTOR, kind, at=at)
            await asyncio.to_thread(note, ledger, dict.fromkeys(done.persons, (kind, at)))
            await asyncio.to_thread(files.drop, done.files)
            if done.count:
                ended[kind.value] = ended.get(kind.value, 0) + done.count
            if done.count < BATCH:
                break
    return ended


async def reconcile(ledger: Path, *, at: datetime, stop: asyncio.Event | None = None) -> int:
    """Bring database and ledger together and answer how many persons it made anonymous again.

    What the ledger alone knows was brought back by a restore; what the database alone knows was written just
    before a crash, or by another process.
    """
    buried = await asyncio.to_thread(read, ledger)
    async with unit_of_work() as session:
        stored = await queries.tombstones(session)
    missing = [person for person in buried if person not in stored]
    again = 0
    for start in range(0, len(missing), BATCH):
        if stop and stop.is_set():
            break
        some = {person: buried[person] for person in missing[start : start + BATCH]}
        async with unit_of_work() as session:
            again += await operations.reapply(session, ACTOR, some, at=at)
    await asyncio.to_thread(note, ledger, {p: told for p, told in stored.items() if p not in buried})
    if again:
        _log.warning("retention.reapplied", persons=again)
    return again


async def sweep(*, at: datetime) -> int:
    """Delete bytes that have no row: of acts that were rolled back, or cut off by a crash.

    Those of the last day are left alone: their act may be under way.
    """
    old = await asyncio.to_thread(files.stored_before, at - SPARED)
    async with unit_of_work() as session:
        lost = await queries.without_row(session, old)
    await asyncio.to_thread(files.drop, lost)
    if lost:
        _log.info("retention.swept", files=len(lost))
    return len(lost)


async def seal_older(*, at: datetime, stop: asyncio.Event | None = None) -> int:
    """Seal the files of before decision 0021, and answer how many; the first pass after an upgrade or a restore."""
    done = 0
    while stop is None or not stop.is_set():
        async with unit_of_work() as session:
            keys = await files.give_keys(session, limit=BATCH)
        if not keys:
            break
        await asyncio.to_thread(files.seal_bytes, keys)
        async with unit_of_work() as session:
            await files.note_sealed(session, keys, at=at)
        done += len(keys)
    if done:
        _log.info("retention.sealed_files", files=done)
    return done


def ledger_of(settings: Settings) -> Path:
    """Say where the ledger lies."""
    return settings.data / "retention" / "tombstones.txt"


def note(ledger: Path, buried: Buried) -> None:
    """Write persons to the ledger, durably; nothing to write touches nothing."""
    if not buried:
        return
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{moment.isoformat()} {kind.value} {person}\n" for person, (kind, moment) in buried.items()]
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        # begun on a line of its own: the one before may have been cut off by a crash
        file.writelines(["\n", *lines] if file.tell() else lines)
        file.flush()
        os.fsync(file.fileno())


def read(ledger: Path) -> Buried:
    """Read the ledger; a line cut off by a crash is left out, the database has it."""
    lines: Iterable[str] = ledger.read_text(encoding="ascii").splitlines() if ledger.exists() else ()
    found: Buried = {}
    for line in lines:
        parts = line.split()
        with contextlib.suppress(ValueError):
            moment, kind, person = parts
            found[UUID(person)] = (Kind(kind), datetime.fromisoformat(moment))
    return found
