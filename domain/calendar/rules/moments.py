"""Due moments: past pauses, on another calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.calendar.models import LimitUnit, MoveKind
from domain.calendar.rules.limits import Limit
from domain.calendar.rules.line import DAY, HOUR, WorkCalendar, advance, due, forward, length, resumed, worked
from domain.kernel.clock import day_bounds, local_date

RATING_HOURS = 2 * HOUR
"""A reply with less of the working day left is rated on the next one (ruling 12)."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moved a clock besides time; see `models.DeadlineMove`."""

    kind: MoveKind
    since: datetime
    until: datetime
    workdays: int = 0

    @property
    def halts(self) -> bool:
        """Tell whether the clock stood still from `since` to `until`."""
        return self.kind is not MoveKind.EXTEND


def relaid(
    due_at: datetime,
    started_at: datetime,
    moves: Iterable[Move],
    unit: LimitUnit,
    before: WorkCalendar,
    after: WorkCalendar,
) -> datetime:
    """Lay a due moment anew on another calendar, with the length it had on its line.

    Only time on which the clock ran is measured: a new day off within a pause changes nothing.
    """
    anchor, rest = started_at, timedelta()
    for move in moves:
        if move.halts:
            rest += length(anchor, move.since, unit, before) - length(anchor, move.since, unit, after)
            anchor = move.until
    return forward(anchor, rest + length(anchor, due_at, unit, before), unit, after)


def laid(
    limit: Limit, *, at: datetime, calendar: WorkCalendar, latest_at: datetime | None
) -> tuple[datetime, datetime]:
    """Give yellow and red of a clock that starts at a moment; yellow never passes `latest_at`.

    :raises Invalid: the calendar has no working day within 400 days
    """
    yellow, red = (due(at, amount, limit.unit, calendar) for amount in (limit.yellow, limit.red))
    yellow = min(yellow, latest_at) if latest_at else yellow
    return yellow, max(red, yellow)


def replayed(
    started_at: datetime, limit: Limit, moves: Iterable[Move], calendar: WorkCalendar
) -> tuple[datetime, datetime]:
    """Give yellow and red of a clock as if it had had this limit from its start."""
    yellow, red = (due(started_at, amount, limit.unit, calendar) for amount in (limit.yellow, limit.red))
    for move in moves:
        if move.kind is MoveKind.EXTEND:
            yellow, red = (advance(moment, move.workdays, calendar) for moment in (yellow, red))
            continue
        yellow, red = (resumed(m, move.since, move.until, limit.unit, calendar) for m in (yellow, red))
        if move.kind is MoveKind.REOPEN:
            yellow = max(yellow, advance(move.until, move.workdays, calendar))
            red = max(red, yellow)
    return yellow, red


def rating_due(answered_at: datetime, calendar: WorkCalendar, *, literal: bool = False) -> datetime:
    """Give when a rating owed on the day of the reply is due (ruling 12), in UTC.

    It is the end of the same working day when at least two working hours of it remain, else
    the end of the next working day. The literal mode gives the end of the calendar day.

    :raises Invalid: the calendar has no working period within 400 days
    """
    if literal:
        return day_bounds(local_date(answered_at))[1]
    today = local_date(answered_at)
    if openings := calendar.openings(today):
        closing = openings[-1][1]
        if answered_at <= closing and worked(answered_at, closing, calendar) >= RATING_HOURS:
            return closing.astimezone(UTC)
    return next(calendar.open_days(today + DAY))[-1][1].astimezone(UTC)
