"""Pure: who receives a brief, when one is due, which days it tells of, and its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from domain.briefs.schemas import Told
from domain.calendar.rules import WorkCalendar
from domain.kernel.actor import Actor
from domain.kernel.clock import local
from domain.kernel.permissions import Permission, Role
from domain.statistics.rules import Days
from domain.statistics.schemas import Figure

RECEIVERS = (Role.LEADER, Role.DEPARTMENT_HEAD, Role.CENTER_ADMIN)
RIGHTS = (Permission.STATISTICS_VIEW, Permission.CASE_VIEW)
OF_PERIOD = (Figure.RECEIVED, Figure.CLOSED, Figure.BREACHED, Figure.CARDED)
OF_MOMENT = (Figure.TODAY, Figure.ALERTED)
FIGURES = (*OF_PERIOD, *OF_MOMENT)
MOST_ASKS = 3
LONGEST = timedelta(days=31)
"""How far back a brief looks at most, after a long stop."""
_DAY = timedelta(days=1)
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def hour_of(text: str) -> time | None:
    """Read the hour as it is set: `08:00`, or `none`.

    :raises ValueError: it is neither
    """
    if text.strip().lower() == "none":
        return None
    if not _HOUR.fullmatch(text.strip()):
        raise ValueError("应为 08:00 这样的时间，或 none")
    return time.fromisoformat(text.strip())


def receives(actor: Actor) -> bool:
    """Tell whether an account is told in the morning."""
    return actor.has(*RECEIVERS) and all(actor.may(right) for right in RIGHTS)


def due_on(at: datetime, hour: time, calendar: WorkCalendar) -> date | None:
    """Give the day whose brief is due at a moment; none before the hour, and on days off."""
    here = local(at)
    return here.date() if here.time() >= hour and calendar.is_workday(here.date()) else None


def period(day: date, last: date | None, calendar: WorkCalendar) -> Days:
    """Give the days that a brief tells of: from the day of the one before, or the working day before, to yesterday."""
    since = last or calendar.workday_from(day - _DAY, -1)
    return Days(max(since, day - LONGEST), day - _DAY)


def headline(figures: Iterable[Told]) -> str:
    """Word the notice of a brief."""
    said = "，".join(f"{one.figure.label} {one.count} 件" for one in figures)
    return f"每日晨报：{said}"
