"""The watch over the machine's clock: what runs by time stands still while the clock is not believed.

The last reading that was believed lies in `DATA_DIR/clock.json`, for the commands and for the next start; each
machine has its own. It is not moved on while the clock is doubted, so that a clock which is put right is believed
again by itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import func, select
from sqlmodel import col

from app import causes
from app.settings import Settings
from domain.audit import operations
from domain.kernel import journal, witness
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from domain.kernel.witness import Bounds, Reading, Trusted
from state.clock import now

FILE = "clock.json"
REPEAT = 60.0
"""Seconds between two lines of the log about the same doubt."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
ADVICE = "请校准时间；确认时间无误后运行 fengqiao clock confirm --reason …"

_log = structlog.get_logger(__name__)


class Watch:
    """One process's doubt about the clock.

    :ivar held: why the clock is not believed, by the last look; empty where it is
    """

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime] = now, steady: Callable[[], float] | None = None
    ) -> None:
        self.held = ""
        self._path = settings.data / FILE
        self._bounds = Bounds(
            timedelta(minutes=settings.clock_tolerance_minutes), timedelta(days=settings.clock_longest_stop_days)
        )
        self._clock, self._steady = clock, steady or running_seconds
        self._trusted = self._load()
        self._told_at: float | None = None

    async def look(self) -> str:
        """Compare all witnesses; answer why the clock is not believed, empty where it is.

        The first look that doubts raises an alarm; the log is told once a minute.
        """
        read = await self._read()
        before = await asyncio.to_thread(self._load) or self._trusted
        self.held = witness.fault(read, before, self._bounds)
        if self.held:
            causes.meet(causes.Cause.CLOCK)
            await self._tell(read, before)
        else:
            await asyncio.to_thread(self._keep, read.trusted(before))
            self._told_at = None
        return self.held

    def believed(self) -> bool:
        """Tell whether the clock is believed, without asking the database: for what runs between two looks."""
        if self.held or self._trusted is None or self._trusted.boot != boot():
            return not self.held
        return not witness.leap(self._trusted, self._clock(), self._steady(), self._bounds)

    async def confirm(self, actor: Actor, reason: str) -> None:
        """Believe the clock as it stands, because an operator vouches for it."""
        read = await self._read()
        detail = {"reason": reason, "why": witness.fault(read, self._load(), self._bounds)}
        async with unit_of_work() as session:
            await journal.record(session, actor, "clock.confirm", "clock", SYSTEM_ID, at=read.machine, detail=detail)
        self._keep(read.confirmed())
        self.held = ""

    async def _read(self) -> Reading:
        async with unit_of_work() as session:
            database = await session.scalar(select(func.clock_timestamp()))
            last = select(col(JournalEntry.at)).order_by(col(JournalEntry.seq).desc()).limit(1)
            written = await session.scalar(last)
        assert database is not None  # noqa: S101 - a server always knows
        return Reading(self._clock(), self._steady(), boot(), database, written)

    async def _tell(self, read: Reading, before: Trusted | None) -> None:
        first = self._told_at is None
        if self._told_at is not None and self._steady() - self._told_at < REPEAT:
            return
        self._told_at = self._steady()
        _log.error("clock.held", fault=self.held, advice=ADVICE)
        if first:
            async with unit_of_work() as session:
                await operations.raise_clock(session, self.held, at=read.earliest(before))

    def _load(self) -> Trusted | None:
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            machine = datetime.fromisoformat(raw["machine"])
            return Trusted(machine, float(raw["steady"]), str(raw["boot"]), float(raw["apart"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            _log.warning("clock.unreadable", file=FILE)
            return None

    def _keep(self, trusted: Trusted) -> None:
        # A disk that is full must not stop the clock: this process then remembers by itself.
        self._trusted = trusted
        said = {"machine": trusted.machine.isoformat(), "steady": trusted.steady, "boot": trusted.boot}
        # Two looks of one process may be at it together: none renames the other's file away.
        aside = self._path.with_name(f"{FILE}.{uuid4().hex}")
        try:
            aside.write_text(json.dumps({**said, "apart": trusted.apart}), encoding="utf-8")
            aside.replace(self._path)
        except OSError as error:
            _log.warning("clock.not_kept", reason=error.strerror)
            with suppress(OSError):
                aside.unlink(missing_ok=True)


def running_seconds() -> float:
    """Read how long the machine has been running, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@cache
def boot() -> str:
    """Name this run of the machine; where the system does not, this process."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return uuid4().hex
