"""Limits compared: a promise shortens the limit in force and never lengthens it; another limit may be looser."""

from __future__ import annotations

from datetime import datetime

from domain.calendar.models import LimitUnit
from domain.calendar.rules.limits import MOST_WORKDAYS, Limit
from domain.calendar.rules.line import DAY, WorkCalendar, due
from domain.kernel.clock import SHANGHAI


def shortens(workdays: int, limit: Limit, *, at: datetime, calendar: WorkCalendar) -> bool:
    """Tell whether a promise made at a moment ends no later than the limit in force would."""
    return workdays <= MOST_WORKDAYS and _ends(workdays, at, calendar) <= due(at, limit.yellow, limit.unit, calendar)


def promised(workdays: int, limit: Limit, *, at: datetime, calendar: WorkCalendar) -> Limit:
    """Make the resolve limit of a promise: red follows half as long again, but no later than it would without one.

    :raises Invalid: fewer than one working day
    """
    red_at = due(at, limit.red, limit.unit, calendar)
    red = workdays + (workdays + 1) // 2
    while red > workdays and _ends(red, at, calendar) > red_at:
        red -= 1
    return Limit(workdays, red, LimitUnit.WORKDAYS)


def looser(limit: Limit, usual: Limit, *, at: datetime, calendar: WorkCalendar) -> bool:
    """Tell whether a limit ever ends later than the usual one, begun on any morning of the week to come."""
    if limit.unit is usual.unit:
        return limit.yellow > usual.yellow or limit.red > usual.red
    mornings = [at.astimezone(SHANGHAI).replace(hour=9, minute=0) + day * DAY for day in range(7)]
    return any(
        due(start, ours, limit.unit, calendar) > due(start, theirs, usual.unit, calendar)
        for start in mornings
        for ours, theirs in ((limit.yellow, usual.yellow), (limit.red, usual.red))
    )


def _ends(workdays: int, at: datetime, calendar: WorkCalendar) -> datetime:
    return due(at, workdays, LimitUnit.WORKDAYS, calendar)
