"""Deadlines worked by hand: each row says in its id why it ends when it ends.

What the notices of 2026 name around the rows: National Day off 10-01 (Thu) to 10-07 (Wed),
worked instead Sun 09-20 and Sat 10-10; Mid-Autumn off Fri 09-25 (to Sun 09-27); New Year off
01-01 to 01-03, worked Sun 01-04; Spring Festival off 02-15 to 02-23, worked Sat 02-14 and
Sat 02-28; Labour Day off 05-01 to 05-05, worked Sat 05-09. 2027 has no notice: the weekend rule.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from domain.calendar import rules
from domain.calendar.models import LimitUnit, MoveKind
from domain.calendar.rules import Limit, Move, WorkCalendar
from domain.kernel.clock import SHANGHAI
from domain.kernel.refusals import Invalid

H, D, W = LimitUnit.HOURS, LimitUnit.WORKDAYS, LimitUnit.WORKHOURS


def when(text: str) -> datetime:
    """Read a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def row(why: str, *values: object) -> object:
    return pytest.param(*values, id=why)


DUE = [
    # --- hours are natural hours: nothing stops them
    row("hours: 24 h from a Wednesday are the same time on Thursday", "2026-11-18 09:00", 24, H, "2026-11-19 09:00"),
    row("hours: 48 h", "2026-11-18 09:00", 48, H, "2026-11-20 09:00"),
    row("hours: 24 h from Friday evening end on Saturday", "2026-11-20 18:00", 24, H, "2026-11-21 18:00"),
    row("hours: 48 h from Friday end on Sunday", "2026-11-20 18:00", 48, H, "2026-11-22 18:00"),
    row("hours: 24 h run through National Day", "2026-09-30 17:00", 24, H, "2026-10-01 17:00"),
    row("hours: 12 h over midnight", "2026-11-18 20:30", 12, H, "2026-11-19 08:30"),
    row("hours: 6 h of a major and urgent case at night", "2026-11-18 23:00", 6, H, "2026-11-19 05:00"),
    row("hours: 4 h to dispatch over lunch", "2026-11-18 10:30", 4, H, "2026-11-18 14:30"),
    row("hours: 48 h over New Year", "2026-12-31 12:00", 48, H, "2027-01-02 12:00"),
    row("hours: 24 h on a make-up Sunday", "2026-09-20 09:00", 24, H, "2026-09-21 09:00"),
    # --- working days in plain weeks
    row("days: 1 wd, the same time next day", "2026-11-18 09:12", 1, D, "2026-11-19 09:12"),
    row("days: 5 wd from Wednesday pass one weekend", "2026-11-18 09:12", 5, D, "2026-11-25 09:12"),
    row("days: 10 wd from Wednesday pass two weekends", "2026-11-18 09:12", 10, D, "2026-12-02 09:12"),
    row("days: 20 wd are four weeks", "2026-11-18 09:12", 20, D, "2026-12-16 09:12"),
    row("days: 30 wd are six weeks", "2026-11-18 09:12", 30, D, "2026-12-30 09:12"),
    row("days: 1 wd from Friday is Monday", "2026-11-20 17:59", 1, D, "2026-11-23 17:59"),
    row("days: 5 wd from Monday midnight", "2026-11-16 00:00", 5, D, "2026-11-23 00:00"),
    row("days: a minute before midnight stays so", "2026-11-16 23:59", 1, D, "2026-11-17 23:59"),
    row("days: a time outside office hours counts as it is", "2026-11-18 03:00", 2, D, "2026-11-20 03:00"),
    row("days: Saturday counts from Monday 00:00, so 1 wd is Tuesday 00:00", "2026-11-21 10:00", 1, D, "2026-11-24 00:00"),
    row("days: Sunday evening alike", "2026-11-22 23:00", 1, D, "2026-11-24 00:00"),
    row("days: 5 wd from a Saturday end on the next Monday", "2026-11-21 10:00", 5, D, "2026-11-30 00:00"),
    # --- National Day 2026
    row("national: 09-24 +5 = 28, 29, 30, 10-08, 10-09 (Mid-Autumn and holiday out)", "2026-09-24 10:00", 5, D, "2026-10-09 10:00"),
    row("national: 09-24 +10 adds 10-10 make-up, 12, 13, 14, 15", "2026-09-24 10:00", 10, D, "2026-10-15 10:00"),
    row("national: 09-30 +1 is 10-08", "2026-09-30 16:00", 1, D, "2026-10-08 16:00"),
    row("national: 09-30 +3 = 8, 9 and the make-up Saturday 10", "2026-09-30 16:00", 3, D, "2026-10-10 16:00"),
    row("national: 09-30 +4 passes Sunday 10-11", "2026-09-30 16:00", 4, D, "2026-10-12 16:00"),
    row("national: 09-30 +10 = 10-20 (ruling 3.1)", "2026-09-30 16:00", 10, D, "2026-10-20 16:00"),
    row("national: in the holiday counts from 10-08 00:00", "2026-10-03 12:00", 1, D, "2026-10-09 00:00"),
    row("national: first day of it alike", "2026-10-01 00:00", 2, D, "2026-10-10 00:00"),
    row("national: last minute of it alike", "2026-10-07 23:59", 1, D, "2026-10-09 00:00"),
    row("national: 09-29 +20 = 30, then 8-10, 12-16, 19-23, 26-30, 11-02", "2026-09-29 08:30", 20, D, "2026-11-02 08:30"),
    # --- make-up days are working days
    row("make-up: Friday 09-18 +1 is Sunday 09-20", "2026-09-18 11:00", 1, D, "2026-09-20 11:00"),
    row("make-up: Friday 09-18 +2 is Monday 09-21", "2026-09-18 11:00", 2, D, "2026-09-21 11:00"),
    row("make-up: Saturday 09-19 is off and counts from Sunday 09-20", "2026-09-19 11:00", 1, D, "2026-09-21 00:00"),
    row("make-up: from Sunday 09-20 itself +1 is Monday", "2026-09-20 11:00", 1, D, "2026-09-21 11:00"),
    row("make-up: 09-20 +4 = 21, 22, 23, 24", "2026-09-20 11:00", 4, D, "2026-09-24 11:00"),
    row("make-up: 09-20 +5 passes Mid-Autumn to 09-28", "2026-09-20 11:00", 5, D, "2026-09-28 11:00"),
    row("make-up: Friday 10-09 +1 is Saturday 10-10", "2026-10-09 15:00", 1, D, "2026-10-10 15:00"),
    row("make-up: Saturday 10-10 +1 is Monday 10-12", "2026-10-10 15:00", 1, D, "2026-10-12 15:00"),
    row("make-up: Friday 02-13 +1 is Saturday 02-14", "2026-02-13 09:00", 1, D, "2026-02-14 09:00"),
    row("make-up: Saturday 02-14 +1 passes Spring Festival to 02-24", "2026-02-14 09:00", 1, D, "2026-02-24 09:00"),
    row("make-up: 02-24 +4 = 25, 26, 27 and Saturday 28", "2026-02-24 09:00", 4, D, "2026-02-28 09:00"),
    row("make-up: 02-24 +5 passes Sunday 03-01", "2026-02-24 09:00", 5, D, "2026-03-02 09:00"),
    row("make-up: Friday 05-08 +1 is Saturday 05-09", "2026-05-08 09:00", 1, D, "2026-05-09 09:00"),
    row("make-up: 04-30 +1 passes Labour Day to 05-06", "2026-04-30 09:00", 1, D, "2026-05-06 09:00"),
    row("make-up: New Year 01-02 (off) counts from Sunday 01-04", "2026-01-02 09:00", 1, D, "2026-01-05 00:00"),
    # --- the turn of the year: 2027 by the weekend rule until its notice
    row("year end: 12-31 +1 is Friday 01-01 by the weekend rule", "2026-12-31 10:00", 1, D, "2027-01-01 10:00"),
    row("year end: 12-30 +5 = 31, 01-01, 04, 05, 06", "2026-12-30 10:00", 5, D, "2027-01-06 10:00"),
    row("year end: 12-18 +10 reaches 01-01", "2026-12-18 10:00", 10, D, "2027-01-01 10:00"),
    row("year end: Saturday 2027-01-02 counts from Monday 01-04", "2027-01-02 10:00", 1, D, "2027-01-05 00:00"),
    row("year end: 2025-12-31 +1 passes New Year to the make-up Sunday", "2025-12-31 10:00", 1, D, "2026-01-04 10:00"),
    # --- working hours: 08:30-12:00 and 14:30-17:30, 6.5 h a day
    row("workhours: 2 h within the morning", "2026-11-18 09:00", 2, W, "2026-11-18 11:00"),
    row("workhours: 3 h that end with the morning end at noon", "2026-11-18 09:00", 3, W, "2026-11-18 12:00"),
    row("workhours: 4 h pass lunch", "2026-11-18 09:00", 4, W, "2026-11-18 15:30"),
    row("workhours: 6 h that end with the day end at 17:30", "2026-11-18 09:00", 6, W, "2026-11-18 17:30"),
    row("workhours: the hour after closing is next morning's first", "2026-11-18 09:00", 7, W, "2026-11-19 09:30"),
    row("workhours: before opening counts from 08:30", "2026-11-18 05:00", 1, W, "2026-11-18 09:30"),
    row("workhours: lunch counts from 14:30", "2026-11-18 13:00", 1, W, "2026-11-18 15:30"),
    row("workhours: the evening counts from next morning", "2026-11-18 19:00", 1, W, "2026-11-19 09:30"),
    row("workhours: Friday afternoon to Monday morning", "2026-11-20 16:30", 2, W, "2026-11-23 09:30"),
    row("workhours: Saturday counts from Monday", "2026-11-21 10:00", 2, W, "2026-11-23 10:30"),
    row("workhours: 13 are two whole days", "2026-11-18 08:30", 13, W, "2026-11-19 17:30"),
    row("workhours: 24 = 3 days and 4.5 h", "2026-11-16 08:30", 24, W, "2026-11-19 15:30"),
    row("workhours: over National Day", "2026-09-30 16:30", 2, W, "2026-10-08 09:30"),
    row("workhours: on the make-up Saturday", "2026-10-09 16:30", 2, W, "2026-10-10 09:30"),
    row("workhours: from the make-up Saturday over Sunday", "2026-10-10 16:30", 2, W, "2026-10-12 09:30"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "amount", "unit", "end"), DUE)
def test_a_limit_ends(notices: WorkCalendar, start: str, amount: int, unit: LimitUnit, end: str) -> None:
    assert rules.due(when(start), amount, unit, notices) == when(end)


PAUSED = [
    # (start, amount, unit, paused, resumed, end)
    row("hours: 3 h used, 21 remain after two days", "2026-11-16 09:00", 24, H, "2026-11-16 12:00", "2026-11-18 12:00", "2026-11-19 09:00"),
    row("hours: a pause over a night costs the night", "2026-11-16 09:00", 24, H, "2026-11-16 18:00", "2026-11-17 08:00", "2026-11-17 23:00"),
    row("hours: what was 2 h overdue stays 2 h overdue", "2026-11-16 09:00", 4, H, "2026-11-16 15:00", "2026-11-18 09:00", "2026-11-18 07:00"),
    row("days: a night's pause moves by 14 h on the line", "2026-11-16 10:00", 5, D, "2026-11-16 18:00", "2026-11-17 08:00", "2026-11-24 00:00"),
    row("days: two days used, three remain from Sunday on", "2026-11-16 09:00", 5, D, "2026-11-18 09:00", "2026-11-22 20:00", "2026-11-26 00:00"),
    row("days: a pause within a weekend costs nothing", "2026-11-19 10:00", 5, D, "2026-11-21 09:00", "2026-11-22 20:00", "2026-11-26 10:00"),
    row("days: a pause within National Day costs nothing", "2026-09-28 10:00", 5, D, "2026-10-01 09:00", "2026-10-07 09:00", "2026-10-10 10:00"),
    row("days: paused before the holiday, resumed after: only 09-30 afternoon is lost", "2026-09-28 10:00", 5, D, "2026-09-30 12:00", "2026-10-08 00:00", "2026-10-10 22:00"),
    row("days: paused on the make-up Saturday for one working day", "2026-10-08 09:00", 3, D, "2026-10-10 09:00", "2026-10-12 09:00", "2026-10-13 09:00"),
    row("days: a pause over the turn of the year", "2026-12-30 10:00", 5, D, "2026-12-31 10:00", "2027-01-04 10:00", "2027-01-08 10:00"),
    row("workhours: paused over lunch costs nothing", "2026-11-18 09:00", 4, W, "2026-11-18 12:00", "2026-11-18 14:30", "2026-11-18 15:30"),
    row("workhours: paused for the morning's last hour", "2026-11-18 09:00", 4, W, "2026-11-18 11:00", "2026-11-18 14:30", "2026-11-18 16:30"),
    row("workhours: a pause over night and weekend costs nothing", "2026-11-20 16:30", 2, W, "2026-11-20 17:30", "2026-11-23 08:30", "2026-11-23 09:30"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "amount", "unit", "paused", "resumed", "end"), PAUSED)
def test_a_pause_keeps_what_remained(
    notices: WorkCalendar, start: str, amount: int, unit: LimitUnit, paused: str, resumed: str, end: str
) -> None:
    due = rules.due(when(start), amount, unit, notices)
    assert rules.resumed(due, when(paused), when(resumed), unit, notices) == when(end)


HALF = WorkCalendar(periods=((time(8, 30), time(12)),))
EVENING = WorkCalendar(periods=((time(8), time(12)), (time(14), time(17)), (time(19), time(21))))
CHRISTMAS_EVE = WorkCalendar(special={date(2026, 12, 24): ((time(8, 30), time(12)),)})
SIX_DAYS = WorkCalendar(weekend=frozenset({6}))
OTHERS = [
    row("half days: 3.5 h a day, 4 h reach into the next morning", HALF, "2026-11-18 08:30", 4, W, "2026-11-19 09:00"),
    row("half days: the afternoon counts from next morning", HALF, "2026-11-18 13:00", 1, W, "2026-11-19 09:30"),
    row("half days: 7 h are two mornings", HALF, "2026-11-18 08:30", 7, W, "2026-11-19 12:00"),
    row("half days: Friday noon to Monday", HALF, "2026-11-20 11:30", 1, W, "2026-11-23 09:00"),
    row("half days: working days are as long as ever", HALF, "2026-11-18 15:00", 1, D, "2026-11-19 15:00"),
    row("three periods: the evening counts too", EVENING, "2026-11-18 16:00", 2, W, "2026-11-18 20:00"),
    row("three periods: 9 h fill the day", EVENING, "2026-11-18 08:00", 9, W, "2026-11-18 21:00"),
    row("one half day: its afternoon counts nothing", CHRISTMAS_EVE, "2026-12-24 11:00", 2, W, "2026-12-25 09:30"),
    row("one half day: the day before is whole", CHRISTMAS_EVE, "2026-12-23 16:30", 2, W, "2026-12-24 09:30"),
    row("six-day week: Saturday is worked", SIX_DAYS, "2026-11-20 09:00", 1, D, "2026-11-21 09:00"),
    row("six-day week: Saturday +1 is Monday", SIX_DAYS, "2026-11-21 09:00", 1, D, "2026-11-23 09:00"),
]  # fmt: skip


@pytest.mark.parametrize(("calendar", "start", "amount", "unit", "end"), OTHERS)
def test_other_patterns(calendar: WorkCalendar, start: str, amount: int, unit: LimitUnit, end: str) -> None:
    assert rules.due(when(start), amount, unit, calendar) == when(end)


ZONES = [
    row("01:00 UTC is 09:00 in Shanghai", datetime(2026, 11, 18, 1, tzinfo=UTC), 1, D, "2026-11-19 09:00"),
    row("Friday 17:00 UTC is Saturday 01:00: a day off", datetime(2026, 11, 20, 17, tzinfo=UTC), 1, D, "2026-11-24 00:00"),
    row("Sunday 16:30 UTC is Monday 00:30: worked", datetime(2026, 11, 22, 16, 30, tzinfo=UTC), 1, D, "2026-11-24 00:30"),
    row("09-30 16:00 UTC is 10-01: National Day", datetime(2026, 9, 30, 16, tzinfo=UTC), 1, D, "2026-10-09 00:00"),
    row("12-31 16:00 UTC is 2027 already", datetime(2026, 12, 31, 16, tzinfo=UTC), 1, D, "2027-01-04 00:00"),
    row("00:30 UTC is the opening", datetime(2026, 11, 18, 0, 30, tzinfo=UTC), 1, W, "2026-11-18 09:30"),
    row("09:30 UTC is the closing: next morning", datetime(2026, 11, 18, 9, 30, tzinfo=UTC), 1, W, "2026-11-19 09:30"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "amount", "unit", "end"), ZONES)
def test_days_are_days_of_shanghai_and_answers_are_utc(
    notices: WorkCalendar, start: datetime, amount: int, unit: LimitUnit, end: str
) -> None:
    due = rules.due(start, amount, unit, notices)
    assert due == when(end)
    assert due.tzinfo is UTC


RATED = [
    row("a reply in the morning is rated today", "2026-11-18 09:00", "2026-11-18 17:30"),
    row("two hours before closing is still today", "2026-11-18 15:30", "2026-11-18 17:30"),
    row("a minute later is tomorrow", "2026-11-18 15:31", "2026-11-19 17:30"),
    row("17:50 is tomorrow (ruling 12)", "2026-11-18 17:50", "2026-11-19 17:30"),
    row("at lunch the whole afternoon remains", "2026-11-18 13:00", "2026-11-18 17:30"),
    row("Friday late is Monday", "2026-11-20 16:00", "2026-11-23 17:30"),
    row("Saturday is Monday", "2026-11-21 10:00", "2026-11-23 17:30"),
    row("the make-up Saturday is a day like any", "2026-10-10 10:00", "2026-10-10 17:30"),
    row("before the holiday late is after it", "2026-09-30 17:00", "2026-10-08 17:30"),
]


@pytest.mark.parametrize(("answered", "end"), RATED)
def test_a_rating_is_due(notices: WorkCalendar, answered: str, end: str) -> None:
    assert rules.rating_due(when(answered), notices) == when(end)


def test_a_rating_taken_literally_is_due_at_midnight(notices: WorkCalendar) -> None:
    assert rules.rating_due(when("2026-11-18 17:50"), notices, literal=True) == when("2026-11-19 00:00")


class TestNoWorkingDay:
    NEVER = WorkCalendar(weekend=frozenset(range(7)))
    CLOSED = WorkCalendar(periods=())

    @pytest.mark.parametrize("unit", [D, W])
    def test_is_refused_and_not_looked_for_without_end(self, unit: LimitUnit) -> None:
        with pytest.raises(Invalid, match="连续 400 天没有"):
            rules.due(when("2026-11-18 09:00"), 1, unit, self.NEVER)

    def test_no_period_is_refused_too(self) -> None:
        with pytest.raises(Invalid, match="没有工作时段"):
            rules.due(when("2026-11-18 09:00"), 1, W, self.CLOSED)
        with pytest.raises(Invalid, match="没有工作时段"):
            rules.rating_due(when("2026-11-18 09:00"), self.CLOSED)

    def test_hours_need_none(self) -> None:
        assert rules.due(when("2026-11-18 09:00"), 24, H, self.NEVER) == when("2026-11-19 09:00")


class TestRelaid:
    """A deadline laid anew on another calendar: 2026-11-20 (Friday) becomes a day off."""

    NEW = WorkCalendar(exceptions=frozenset({date(2026, 11, 20)}))
    OLD = WorkCalendar()

    def laid(self, *moves: Move) -> datetime:
        start, due = when("2026-11-18 09:00"), rules.due(when("2026-11-18 09:00"), 5, D, self.OLD)
        for move in moves:
            due = rules.resumed(due, move.since, move.until, D, self.OLD)
        return rules.relaid(due, start, moves, D, self.OLD, self.NEW)

    def test_a_new_day_off_ahead_moves_it(self) -> None:
        assert self.laid() == when("2026-11-26 09:00")

    def test_a_new_day_off_within_a_pause_does_not(self) -> None:
        pause = Move(MoveKind.PAUSE, when("2026-11-19 09:00"), when("2026-11-23 09:00"))
        assert self.laid(pause) == when("2026-11-27 09:00")

    def test_a_new_day_off_before_a_pause_is_given_back(self) -> None:
        pause = Move(MoveKind.PAUSE, when("2026-11-23 09:00"), when("2026-11-24 09:00"))
        assert self.laid(pause) == when("2026-11-27 09:00")

    def test_the_same_calendar_changes_nothing(self) -> None:
        due = rules.due(when("2026-11-18 09:00"), 5, D, self.OLD)
        assert rules.relaid(due, when("2026-11-18 09:00"), (), D, self.OLD, self.OLD) == due


class TestReplayed:
    """Another limit from the start, with everything that happened since."""

    START = when("2026-11-18 09:00")
    PLAIN = WorkCalendar()

    def test_without_moves_is_the_limit(self) -> None:
        assert rules.replayed(self.START, Limit(3, 6, D), (), self.PLAIN) == (
            when("2026-11-23 09:00"),
            when("2026-11-26 09:00"),
        )

    def test_keeps_pauses_extensions_and_what_a_reopening_gave(self) -> None:
        moves = (
            Move(MoveKind.PAUSE, when("2026-11-19 09:00"), when("2026-11-20 09:00")),
            Move(MoveKind.EXTEND, when("2026-11-20 10:00"), when("2026-11-20 10:00"), 2),
        )
        assert rules.replayed(self.START, Limit(3, 6, D), moves, self.PLAIN)[0] == when("2026-11-26 09:00")
        reopened = Move(MoveKind.REOPEN, when("2026-11-23 09:00"), when("2026-12-07 09:00"), 3)
        assert rules.replayed(self.START, Limit(3, 3, D), (reopened,), self.PLAIN)[0] == when("2026-12-10 09:00")
