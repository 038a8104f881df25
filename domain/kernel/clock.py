"""Moments: UTC in store, Asia/Shanghai on screen. Reading the clock is not done here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAMAGED = datetime(1, 1, 1, tzinfo=UTC)
"""Reads for a stored moment that nobody can read (`loaders`): its row stays readable, and says so."""
DAMAGED_DAY = date(1, 1, 1)
TYPED = "%Y-%m-%dT%H:%M"
"""How an `input type=datetime-local` takes and gives a moment."""
DAMAGED_WORDS = "已损坏"
"""Stands where a damaged moment would, as `crypto.UNREADABLE` does for a sealed field."""


def local(moment: datetime) -> datetime:
    """Show a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """Give the calendar day of a moment in Asia/Shanghai."""
    return local(moment).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Give the half-open period [start, end) of a Shanghai day, in UTC."""
    start = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    return start, start + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time; an end that is none is open."""

    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    @classmethod
    def of(cls, first: date | datetime | None, last: date | datetime | None) -> Span:
        """Give the stretch between two moments or days; a day belongs to it whole."""
        return cls(
            first if first is None or isinstance(first, datetime) else day_bounds(first)[0],
            last if last is None or isinstance(last, datetime) else day_bounds(last)[1],
        )


ALWAYS = Span()


def last_date(moment: datetime) -> date:
    """Give the last day of a period that ends at a moment: midnight belongs to the day before."""
    return DAMAGED_DAY if moment == DAMAGED else local_date(moment - timedelta(microseconds=1))


def end_stamp(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Write the moment at which a period ends, in Asia/Shanghai: midnight as 24:00 of the day before."""
    if moment is None or local(moment).time() != time():
        return stamp(moment, pattern)
    return stamp(moment - timedelta(microseconds=1), pattern.replace("%H:%M", "24:00"))


def stamp(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Write a moment for a person, in Asia/Shanghai; empty for none, in words for a damaged one."""
    if moment == DAMAGED:
        return DAMAGED_WORDS
    return local(moment).strftime(pattern) if moment else ""
