"""Working days, limits and moments: pure decisions without a database or a clock.

Source: requirement 2 (works rules on 受理, 督办) with rulings 1 to 4. All days are days
in Asia/Shanghai, which has had no daylight saving since 1991: a day is 24 hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from domain.calendar.models import LimitUnit, Link
from domain.kernel.clock import SHANGHAI, local, local_date
from domain.kernel.refusals import Invalid

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WEEKEND = frozenset({5, 6})
LONGEST_BREAK = 400
"""More days off in a row than this mean a broken calendar, not a holiday."""


@dataclass(frozen=True, slots=True)
class Limit:
    """This class will hold when a link turns yellow and red, counted from its start.

    :raises Invalid: not positive, or red before yellow
    """

    yellow: int
    red: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not 0 < self.yellow <= self.red:
            raise Invalid("时限须为正数,且红牌不早于黄牌")

    @property
    def text(self) -> str:
        return f"{self.yellow} {self.unit.label}"


LIMITS: MappingProxyType[Link, Limit] = MappingProxyType(
    {
        Link.DISPATCH: Limit(4, 24, LimitUnit.HOURS),
        Link.ACCEPT: Limit(24, 48, LimitUnit.HOURS),
        Link.FEEDBACK: Limit(5, 10, LimitUnit.WORKDAYS),
        Link.RESOLVE: Limit(20, 30, LimitUnit.WORKDAYS),
    }
)
"""The defaults (rulings 1, 3, 4); dispatch is internal and unscored."""
ACCEPT_URGENT = Limit(6, 12, LimitUnit.HOURS)
"""For cases both major and urgent (ruling 2)."""


def limit_of(link: Link, *, major: bool = False, urgent: bool = False) -> Limit:
    """This function will give the limit of a link for a case with these two attributes."""
    return ACCEPT_URGENT if link is Link.ACCEPT and major and urgent else LIMITS[link]


def promised(workdays: int) -> Limit:
    """This function will make the resolve limit of a promise: red follows half as long again.

    :raises Invalid: fewer than one working day
    """
    return Limit(workdays, workdays + (workdays + 1) // 2, LimitUnit.WORKDAYS)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """This class will tell working days: the weekend rule and the dates that differ from it.

    `exceptions` are the dates worked on a weekend or off on another day;
    `confirmed` are the years whose notice is known.
    """

    exceptions: frozenset[date] = frozenset()
    confirmed: frozenset[int] = frozenset()
    weekend: frozenset[int] = WEEKEND

    def is_workday(self, day: date) -> bool:
        """This function will tell whether a date is worked."""
        return (day.weekday() not in self.weekend) != (day in self.exceptions)

    def provisional(self, start: datetime, end: datetime) -> bool:
        """This function will tell whether a stretch touches a year without a notice."""
        years = range(local_date(start).year, local_date(end).year + 1)
        return any(year not in self.confirmed for year in years)

    def workday_from(self, day: date, step: int = 1) -> date:
        """This function will give the date itself when worked, else the next one in the direction of `step`.

        :raises Invalid: no working day within 400 days
        """
        for _ in range(LONGEST_BREAK):
            if self.is_workday(day):
                return day
            day += step * DAY
        raise Invalid("工作日历有误:连续 400 天没有工作日,请检查放假安排")


def _place(moment: datetime, calendar: WorkCalendar) -> tuple[date, timedelta]:
    """This function will find a moment on the working line: its working day and the time into it."""
    here = local(moment)
    day = calendar.workday_from(here.date())
    if day != here.date():
        return day, timedelta()
    return day, here.replace(tzinfo=None) - datetime.combine(day, time())


def advance_by(moment: datetime, span: timedelta, calendar: WorkCalendar) -> datetime:
    """This function will move a moment along the working line, back when the span is negative.

    Answers in UTC.

    :raises Invalid: the calendar has no working day within 400 days
    """
    day, into = _place(moment, calendar)
    days, rest = divmod(into + span, DAY)
    step = 1 if days > 0 else -1
    for _ in range(abs(days)):
        day = calendar.workday_from(day + step * DAY, step)
    return (datetime.combine(day, time(), SHANGHAI) + rest).astimezone(UTC)


def advance(moment: datetime, workdays: int, calendar: WorkCalendar) -> datetime:
    """This function will give the same clock time on the N-th working day after a moment, in UTC.

    A moment on a day off counts from the start (00:00) of the next working day.

    :raises Invalid: the calendar has no working day within 400 days
    """
    return advance_by(moment, workdays * DAY, calendar)


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """This function will measure a stretch on the working line; negative when it runs backwards.

    :raises Invalid: the calendar has no working day within 400 days
    """
    if end < start:
        return -elapsed(end, start, calendar)
    day, into = _place(start, calendar)
    last, into_last = _place(end, calendar)
    days = 0
    while day < last:
        day = calendar.workday_from(day + DAY)
        days += 1
    return days * DAY + into_last - into


def due(start: datetime, amount: int, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """This function will give the moment a limit of so many hours or working days ends, in UTC."""
    if unit is LimitUnit.HOURS:
        return (start + amount * HOUR).astimezone(UTC)
    return advance(start, amount, calendar)


def resumed(due_at: datetime, paused_at: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """This function will move a due moment past a pause, keeping what remained (or was overdue) exactly."""
    if unit is LimitUnit.HOURS:
        return due_at + (at - paused_at)
    return advance_by(at, elapsed(paused_at, due_at, calendar), calendar)


def in_words(due_at: datetime, at: datetime) -> tuple[str, str]:
    """This function will say how far a due moment is, and the tone to show it in.

    The text counts whole days, below a day hours, below an hour minutes ("剩 3 小时",
    "超 1 天"). The tone is red when overdue, orange within 24 hours, yellow within 48,
    else none.
    """
    left = due_at - at
    if left < timedelta():
        return f"超 {_amount(-left)}", "red"
    tone = "orange" if left <= DAY else "yellow" if left <= 2 * DAY else "none"
    return f"剩 {_amount(left)}", tone


def _amount(span: timedelta) -> str:
    if span >= DAY:
        return f"{span // DAY} 天"
    if span >= HOUR:
        return f"{span // HOUR} 小时"
    return f"{max(1, span // MINUTE)} 分钟"
