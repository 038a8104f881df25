"""How much of a limit is left: its words, its colour and whether it ends soon, decided here alone.

A limit in working days or hours is measured on the working periods of its calendar, a limit
in hours on natural time. Lists, counters, filters and reminders compare `soon_at` and the
due moment, which are stored; `remaining` gives the same answer in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar.models import LimitUnit
from domain.calendar.rules.line import DAY, HOUR, MINUTE, NO_PERIOD, WorkCalendar, advance_by, elapsed, worked
from domain.kernel.clock import DAMAGED, DAMAGED_WORDS, day_bounds, end_stamp, last_date, local, local_date, stamp
from domain.kernel.refusals import Invalid

WEEKDAYS = "一二三四五六日"
WEEK = 7


@dataclass(frozen=True, slots=True)
class Remaining:
    """What a person is told of a limit: red is overdue, orange ends soon, yellow the day before that."""

    text: str
    tone: str

    @property
    def soon(self) -> bool:
        return self.tone == "orange"


def last_moment(due_at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Give the last moment at which one can still work on it: a due moment at night is the evening before.

    :raises Invalid: the calendar has no working period within 400 days
    """
    return due_at if unit is LimitUnit.HOURS else _back(due_at, calendar)


def written_end(due_at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Give the moment a limit is written to end at: one of working time that is due at 00:00 ends with its last day.

    Nothing is counted between the two: due on Monday 00:00 is Friday 24:00, not Sunday 24:00.

    :raises Invalid: the calendar has no working day within 400 days
    """
    if unit is LimitUnit.HOURS or due_at == DAMAGED or local(due_at).time() != time():
        return due_at
    return day_bounds(calendar.workday_from(last_date(due_at), -1))[1]


def expected_date(due_at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> date:
    """Give the day by which it is done when it is done in time: the day that may be told to others."""
    return last_date(last_moment(due_at, unit, calendar))


def soon_at(due_at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    """Give the moment from which a limit ends soon: 24 hours, or one working day, before its last moment.

    :raises Invalid: the calendar has no working period within 400 days
    """
    if unit is LimitUnit.HOURS:
        return due_at - DAY
    return _back(advance_by(_back(due_at, calendar), -DAY, calendar), calendar)


def remaining(due_at: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> Remaining:
    """Say how far a due moment is and the tone to show it in.

    :raises Invalid: the calendar has no working period within 400 days
    """
    if due_at == DAMAGED:
        return Remaining(DAMAGED_WORDS, "none")
    if at > due_at:
        return Remaining(_over(due_at, at, unit, calendar), "red")
    if unit is LimitUnit.HOURS:
        left = due_at - at
        tone = "orange" if left <= DAY else "yellow" if left <= 2 * DAY else "none"
        return Remaining(f"剩 {_natural(left)}", tone)
    end = _back(due_at, calendar)
    if at >= end:
        return Remaining(f"已无工作时间，{_falls_due(due_at, at, unit, calendar)}", "orange")
    days = -(-elapsed(_next(at, calendar), end, calendar) // DAY)
    if days <= 1:
        return Remaining(f"最后 1 个工作日，{_by(end, at)}前", "orange")
    left = f"{days} 个工作日" if unit is LimitUnit.WORKDAYS else f"{worked(at, end, calendar) // HOUR} 个工作小时"
    return Remaining(f"剩 {left}", "yellow" if days <= 2 else "none")


def _falls_due(due_at: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> str:
    """On the days off between the written end and the due moment it is said when lateness begins."""
    written = written_end(due_at, unit, calendar)
    if at < written:
        return f"{end_stamp(written, '%m-%d %H:%M')} 到期"
    return f"{stamp(due_at, '%m-%d %H:%M')} 起超期"


def _over(due_at: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> str:
    if unit is LimitUnit.HOURS:
        return f"超 {_natural(at - due_at)}"
    in_days = unit is LimitUnit.WORKDAYS
    whole = elapsed(due_at, at, calendar) // DAY if in_days else worked(due_at, at, calendar) // HOUR
    return f"超 {whole} {unit.label}" if whole else f"超期不足 1 {unit.label}"


def _natural(span: timedelta) -> str:
    if span >= DAY:
        return f"{span // DAY} 天"
    if span >= HOUR:
        return f"{span // HOUR} 小时"
    return f"{max(1, span // MINUTE)} 分钟"


def _by(end: datetime, at: datetime) -> str:
    # A weekday within a week names one day alone; beyond it stands with its date.
    there = local(end)
    near = (there.date() - local_date(at)).days < WEEK
    return f"{'' if near else f'{there:%m-%d} '}周{WEEKDAYS[there.weekday()]} {there:%H:%M} "


def _back(moment: datetime, calendar: WorkCalendar) -> datetime:
    # The end of the working time before a moment, or the moment itself within it.
    for periods in calendar.open_days(local_date(moment), -1):
        for start, end in reversed(periods):
            if start < moment:
                return min(moment, end)
    raise Invalid(NO_PERIOD)


def _next(moment: datetime, calendar: WorkCalendar) -> datetime:
    # The begin of the working time after a moment, or the moment itself within it.
    for periods in calendar.open_days(local_date(moment)):
        for start, end in periods:
            if moment < end:
                return max(moment, start)
    raise Invalid(NO_PERIOD)
