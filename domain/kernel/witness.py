"""Whether the machine's clock can be believed: what it says is compared with what nobody can set.

A clock that is wrong for a minute writes breaches for good, deletes what is not over, and dates lines of the journal
into the future. Its witnesses are the database's clock, the seconds the machine has been running, and the last
moment that was written down. With an embedded database the first is the same clock, and the others remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.kernel.clock import stamp


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far apart clocks may be, and how long the product may have stood still without anybody asking."""

    tolerance: timedelta = timedelta(minutes=5)
    longest_stop: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Trusted:
    """The last reading that was believed.

    :ivar steady: seconds that the machine had been running, sleep included
    :ivar boot: which run of the machine these seconds count
    :ivar apart: seconds that the database's clock was ahead when an operator confirmed the machine's
    """

    machine: datetime
    steady: float
    boot: str
    apart: float = 0.0

    def expected(self, steady: float) -> datetime:
        """Give the moment it must be by now, in the same run of the machine."""
        return self.machine + timedelta(seconds=steady - self.steady)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks say at one moment."""

    machine: datetime
    steady: float
    boot: str
    database: datetime
    last_written: datetime | None = None

    def trusted(self, before: Trusted | None) -> Trusted:
        """Give this reading as one that is believed."""
        return Trusted(self.machine, self.steady, self.boot, before.apart if before else 0.0)

    def confirmed(self) -> Trusted:
        """Give this reading as one that somebody vouches for, whatever the database's clock says."""
        return Trusted(self.machine, self.steady, self.boot, (self.database - self.machine).total_seconds())

    def earliest(self, before: Trusted | None) -> datetime:
        """Give the earliest of what the witnesses say: what is written under it is not dated into the future."""
        told = [self.machine, self.database]
        if before and before.boot == self.boot:
            told.append(before.expected(self.steady))
        return min(told)


def fault(now: Reading, before: Trusted | None, bounds: Bounds) -> str:
    """Say why the machine's clock cannot be believed; empty where it can."""
    apart = now.database - now.machine - timedelta(seconds=before.apart if before else 0.0)
    if abs(apart) > bounds.tolerance:
        return (
            f"本机时间 {stamp(now.machine)} 与数据库时间 {stamp(now.database)} 相差 {span(now.database - now.machine)}"
        )
    if before and before.boot == now.boot:
        return leap(before, now.machine, now.steady, bounds)
    known = [moment for moment in (now.last_written, before and before.machine) if moment]
    last = max(known, default=now.machine)
    if now.machine < last - bounds.tolerance:
        return f"本机时间 {stamp(now.machine)} 早于最后一次写入的时间 {stamp(last)}"
    if now.machine > last + bounds.longest_stop:
        return f"本机时间 {stamp(now.machine)} 距最后一次写入（{stamp(last)}）已 {span(now.machine - last)}"
    return ""


def leap(before: Trusted, machine: datetime, steady: float, bounds: Bounds) -> str:
    """Say by how much the machine's clock left what its own run tells; empty within bounds."""
    expected = before.expected(steady)
    if abs(machine - expected) <= bounds.tolerance:
        return ""
    way = "拨快" if machine > expected else "拨慢"
    return f"本机时间被{way} {span(machine - expected)}：应为 {stamp(expected)}，现在是 {stamp(machine)}"


def span(apart: timedelta) -> str:
    """Word a span in its largest fitting unit."""
    seconds = abs(apart.total_seconds())
    for size, most, unit in ((60, 7200, "分钟"), (3600, 172_800, "小时")):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} 天"
