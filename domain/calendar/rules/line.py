"""The lines on which limits are counted: natural time, working days, working hours.

All days are days in Asia/Shanghai, which has had no daylight saving since 1991: a day is 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from domain.calendar.models import LimitUnit
from domain.kernel.clock import SHANGHAI, local, local_date
from domain.kernel.refusals import Invalid

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WEEKEND = frozenset({5, 6})
MORNING, NIGHT = time(6), time(22)
LONGEST_BREAK = 400
"""More days off in a row than this mean a broken calendar, not a holiday."""
NO_WORKDAY = "工作日历有误：连续 400 天没有工作日，请检查放假安排"
NO_PERIOD = "工作日历有误：连续 400 天没有工作时段，请检查作息时间"
Periods = tuple[tuple[time, time], ...]
PERIODS: Periods = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
"""The working periods of a day until others are set [P]."""


def read_periods(pairs: Iterable[Sequence[str]]) -> Periods:
    """Read working periods from clock times such as `("08:30", "12:00")`.

    :raises Invalid: not a clock time, or periods that are empty or overlap
    """
    try:
        found = tuple(sorted((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs))
    except ValueError as fault:
        raise Invalid.of({"periods": "工作时段须写成 08:30-12:00 的形式"}) from fault
    edges = [edge for period in found for edge in period]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise Invalid.of({"periods": "工作时段的结束须晚于开始，且各时段不能重叠"})
    return found


def check_periods(periods: Periods) -> None:
    """Refuse working hours at night: `2:30-5:30` is the afternoon, typed on a clock of twelve hours.

    :raises Invalid: a period begins before 06:00 or ends after 22:00
    """
    for start, end in periods:
        if start >= MORNING and end <= NIGHT:
            continue
        span, half = f"{start:%H:%M}-{end:%H:%M}", timedelta(hours=12)
        meant = [(datetime.combine(date.min, moment) + half).time() for moment in (start, end)]
        hint = f"，下午请写成 {meant[0]:%H:%M}-{meant[1]:%H:%M}" if start < MORNING and end < time(12) else ""
        raise Invalid.of({"periods": f"时段 {span} 在夜间（22:00 至次日 06:00）{hint}"})


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Tell working days and working periods: of everybody, or of one unit.

    `exceptions` are the dates worked on a weekend or off on another day; `confirmed` are the
    years whose notice is known; `special` are periods of single dates (half days); `names`
    are holidays by date; `version` counts the changes of the calendar.
    """

    exceptions: frozenset[date] = frozenset()
    confirmed: frozenset[int] = frozenset()
    weekend: frozenset[int] = WEEKEND
    periods: Periods = PERIODS
    special: Mapping[date, Periods] = field(default_factory=dict[date, Periods])
    names: Mapping[date, str] = field(default_factory=dict[date, str])
    version: int = 0

    def is_workday(self, day: date) -> bool:
        """Tell whether a date is worked."""
        return (day.weekday() not in self.weekend) != (day in self.exceptions)

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Tell whether a stretch touches a year without a notice."""
        years = range(local_date(start).year, local_date(end).year + 1)
        return any(year not in self.confirmed for year in years)

    def workday_from(self, day: date, step: int = 1) -> date:
        """Give the date itself when worked, else the next one in the direction of `step`.

        :raises Invalid: no working day within 400 days
        """
        for _ in range(LONGEST_BREAK):
            if self.is_workday(day):
                return day
            day += step * DAY
        raise Invalid(NO_WORKDAY)

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Give the working periods of a date as moments; none on a day off."""
        if not self.is_workday(day):
            return ()
        combine = datetime.combine
        periods = self.special.get(day, self.periods)
        return tuple((combine(day, start, SHANGHAI), combine(day, end, SHANGHAI)) for start, end in periods)

    def open_days(self, day: date, step: int = 1) -> Iterator[tuple[tuple[datetime, datetime], ...]]:
        """Give the periods of the dates that have some, from a date on, without end.

        :raises Invalid: no date with a working period within 400 days
        """
        idle = 0
        while idle < LONGEST_BREAK:
            found = self.openings(day)
            idle = 0 if found else idle + 1
            if found:
                yield found
            day += step * DAY
        raise Invalid(NO_PERIOD)

    def day_off(self, day: date) -> str:
        """Say why a date is not worked."""
        if named := self.names.get(day):
            return named
        return "周末" if day.weekday() in WEEKEND else "休息日"


def _place(moment: datetime, calendar: WorkCalendar) -> tuple[date, timedelta]:
    """Find a moment on the working line: its working day and the time into it."""
    here = local(moment)
    day = calendar.workday_from(here.date())
    if day != here.date():
        return day, timedelta()
    return day, here.replace(tzinfo=None) - datetime.combine(day, time())


def advance_by(moment: datetime, span: timedelta, calendar: WorkCalendar) -> datetime:
    """Move a moment along the working line, back when the span is negative.

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
    """Give the same clock time on the N-th working day after a moment, in UTC.

    A moment on a day off counts from the start (00:00) of the next working day.

    :raises Invalid: the calendar has no working day within 400 days
    """
    return advance_by(moment, workdays * DAY, calendar)


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """Measure a stretch on the working line; negative when it runs backwards.

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


def work_by(moment: datetime, span: timedelta, calendar: WorkCalendar) -> datetime:
    """Move a moment along the working periods, back when the span is negative.

    Time outside the periods counts nothing; an amount that ends with a period ends at its
    end. Answers in UTC.

    :raises Invalid: the calendar has no working period within 400 days
    """
    if span < timedelta():
        return _work_back(moment, -span, calendar)
    for periods in calendar.open_days(local_date(moment)):
        for start, end in periods:
            begin = max(moment, start)
            if begin > end:
                continue
            if span <= end - begin:
                return (begin + span).astimezone(UTC)
            span -= end - begin
    raise Invalid(NO_PERIOD)


def _work_back(moment: datetime, span: timedelta, calendar: WorkCalendar) -> datetime:
    for periods in calendar.open_days(local_date(moment), -1):
        for start, end in reversed(periods):
            last = min(moment, end)
            if last < start:
                continue
            if span <= last - start:
                return (last - span).astimezone(UTC)
            span -= last - start
    raise Invalid(NO_PERIOD)


def worked(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """Measure the working hours of a stretch; negative when it runs backwards."""
    if end < start:
        return -worked(end, start, calendar)
    total, day, last = timedelta(), local_date(start), local_date(end)
    while day <= last:
        for begin, close in calendar.openings(day):
            total += max(min(end, close) - max(start, begin), timedelta())
        day += DAY
    return total


def length(start: datetime, end: datetime, unit: LimitUnit, calendar: WorkCalendar) -> timedelta:
    """Measure a stretch on the line of a limit; a working day counts 24 hours."""
    if unit is LimitUnit.HOURS:
        return end - start
    return elapsed(start, end, calendar) if unit is LimitUnit.WORKDAYS else worked(start, end, calendar)


def forward(moment: datetime, span: timedelta, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Move a moment along the line of a limit, in UTC."""
    if unit is LimitUnit.HOURS:
        return (moment + span).astimezone(UTC)
    line = advance_by if unit is LimitUnit.WORKDAYS else work_by
    return line(moment, span, calendar)


def due(start: datetime, amount: int, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Give the moment a limit of so many hours or working days ends, in UTC."""
    return forward(start, amount * (DAY if unit is LimitUnit.WORKDAYS else HOUR), unit, calendar)


def resumed(due_at: datetime, paused_at: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Move a due moment past a pause, keeping what remained (or was overdue) exactly."""
    return forward(at, length(paused_at, due_at, unit, calendar), unit, calendar)
