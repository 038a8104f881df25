"""What is left of a limit: words and colours worked out by hand, and one law for words, colour and `soon_at`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain.calendar import rules
from domain.calendar.models import LimitUnit
from domain.calendar.rules import WorkCalendar
from domain.kernel.clock import SHANGHAI, end_stamp, last_date, local

HOURS, WORKDAYS, WORKHOURS = LimitUnit.HOURS, LimitUnit.WORKDAYS, LimitUnit.WORKHOURS


def when(text: str) -> datetime:
    """Read a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class TestWorkingDays:
    """Working hours are 08:30-12:00 and 14:30-17:30; 2026-11-16 is a Monday."""

    @pytest.mark.parametrize(
        ("due", "at", "text", "tone"),
        [
            # due Monday morning: on Friday evening five minutes of that day and half an hour of Monday are left
            ("2026-11-23 09:00", "2026-11-20 17:25", "最后 1 个工作日，周一 09:00 前", "orange"),
            ("2026-11-23 09:00", "2026-11-20 09:00", "最后 1 个工作日，周一 09:00 前", "orange"),
            ("2026-11-23 09:00", "2026-11-20 08:59", "剩 2 个工作日", "yellow"),
            ("2026-11-23 09:00", "2026-11-22 12:00", "最后 1 个工作日，周一 09:00 前", "orange"),
            ("2026-11-23 09:00", "2026-11-19 08:59", "剩 3 个工作日", "none"),
            # due at the end of the National Day holiday: nobody works from 09-30 17:30 on
            ("2026-10-08 00:00", "2026-09-30 17:00", "最后 1 个工作日，周三 17:30 前", "orange"),
            ("2026-10-08 00:00", "2026-09-29 18:00", "最后 1 个工作日，周三 17:30 前", "orange"),
            ("2026-10-08 00:00", "2026-09-29 17:00", "剩 2 个工作日", "yellow"),
            ("2026-10-08 00:00", "2026-09-30 17:30", "已无工作时间，09-30 24:00 到期", "orange"),
            ("2026-10-08 00:00", "2026-10-05 12:00", "已无工作时间，10-08 00:00 起超期", "orange"),
            ("2026-10-08 00:00", "2026-10-08 00:01", "超期不足 1 个工作日", "red"),
            # over the holiday a weekday alone would name the wrong week
            ("2026-10-08 16:00", "2026-09-30 18:00", "最后 1 个工作日，10-08 周四 16:00 前", "orange"),
            ("2026-10-08 16:00", "2026-10-02 09:00", "最后 1 个工作日，周四 16:00 前", "orange"),
            # a Saturday worked for another day is a working day like any
            ("2026-10-10 16:00", "2026-10-09 15:00", "剩 2 个工作日", "yellow"),
            ("2026-10-10 16:00", "2026-10-09 16:00", "最后 1 个工作日，周六 16:00 前", "orange"),
            ("2026-10-12 16:00", "2026-10-10 16:00", "最后 1 个工作日，周一 16:00 前", "orange"),
            # due at noon or at night: the last working moment counts
            ("2026-11-18 13:00", "2026-11-18 09:00", "最后 1 个工作日，周三 12:00 前", "orange"),
            ("2026-11-18 13:00", "2026-11-17 12:30", "最后 1 个工作日，周三 12:00 前", "orange"),
            ("2026-11-18 13:00", "2026-11-17 11:59", "剩 2 个工作日", "yellow"),
            ("2026-11-18 13:00", "2026-11-18 12:30", "已无工作时间，11-18 13:00 到期", "orange"),
            ("2026-11-18 22:00", "2026-11-18 17:00", "最后 1 个工作日，周三 17:30 前", "orange"),
            ("2026-11-18 07:00", "2026-11-16 18:00", "最后 1 个工作日，周二 17:30 前", "orange"),
            ("2026-12-02 09:00", "2026-11-18 09:00", "剩 10 个工作日", "none"),
            # overdue: a weekend is no lateness of a working day
            ("2026-11-20 17:00", "2026-11-22 12:00", "超期不足 1 个工作日", "red"),
            ("2026-11-20 17:00", "2026-11-23 17:00", "超 1 个工作日", "red"),
            ("2026-09-30 17:00", "2026-10-09 17:00", "超 2 个工作日", "red"),
        ],
    )
    def test_are_left_as_they_are_worked(self, notices: WorkCalendar, due: str, at: str, text: str, tone: str) -> None:
        left = rules.remaining(when(due), when(at), WORKDAYS, notices)
        assert (left.text, left.tone) == (text, tone)
        assert left.soon is (tone == "orange")

    def test_of_which_one_is_half_end_at_its_noon(self) -> None:
        friday = date(2026, 11, 20)
        half = WorkCalendar(special={friday: ((time(8, 30), time(12)),)})
        left = rules.remaining(when("2026-11-21 00:00"), when("2026-11-20 09:00"), WORKDAYS, half)
        assert left.text == "最后 1 个工作日，周五 12:00 前"
        assert rules.remaining(when("2026-11-24 00:00"), when("2026-11-20 12:01"), WORKDAYS, half).soon


class TestWorkingHours:
    @pytest.mark.parametrize(
        ("due", "at", "text", "tone"),
        [
            ("2026-11-23 09:30", "2026-11-20 16:30", "最后 1 个工作日，周一 09:30 前", "orange"),
            ("2026-11-25 09:30", "2026-11-20 16:30", "剩 15 个工作小时", "none"),
            ("2026-11-20 17:00", "2026-11-23 08:45", "超期不足 1 个工作小时", "red"),
            ("2026-11-20 17:00", "2026-11-23 10:00", "超 2 个工作小时", "red"),
        ],
    )
    def test_are_left_as_they_are_worked(self, notices: WorkCalendar, due: str, at: str, text: str, tone: str) -> None:
        left = rules.remaining(when(due), when(at), WORKHOURS, notices)
        assert (left.text, left.tone) == (text, tone)


class TestNaturalHours:
    @pytest.mark.parametrize(
        ("hours", "text", "tone"),
        [
            (3, "剩 3 小时", "orange"),
            (0, "剩 1 分钟", "orange"),
            (0.5, "剩 30 分钟", "orange"),
            (23.9, "剩 23 小时", "orange"),
            (24, "剩 1 天", "orange"),
            (24.5, "剩 1 天", "yellow"),
            (48, "剩 2 天", "yellow"),
            (49, "剩 2 天", "none"),
            (240, "剩 10 天", "none"),
            (-0.1, "超 6 分钟", "red"),
            (-5, "超 5 小时", "red"),
            (-24, "超 1 天", "red"),
            (-47, "超 1 天", "red"),
        ],
    )
    def test_run_through_nights_and_weekends(self, notices: WorkCalendar, hours: float, text: str, tone: str) -> None:
        at = when("2026-11-20 17:25")  # a Friday
        left = rules.remaining(at + timedelta(hours=hours), at, HOURS, notices)
        assert (left.text, left.tone) == (text, tone)


class TestTheEndOfALimit:
    @pytest.mark.parametrize(
        ("moment", "written", "day"),
        [
            ("2026-10-08 00:00", "2026-10-07 24:00", "2026-10-07"),
            ("2026-10-08 00:01", "2026-10-08 00:01", "2026-10-08"),
            ("2027-01-01 00:00", "2026-12-31 24:00", "2026-12-31"),
            ("2026-10-07 23:59", "2026-10-07 23:59", "2026-10-07"),
        ],
    )
    def test_at_midnight_belongs_to_the_day_before(self, moment: str, written: str, day: str) -> None:
        assert (end_stamp(when(moment)), last_date(when(moment))) == (written, date.fromisoformat(day))

    @pytest.mark.parametrize(
        ("due", "unit", "day"),
        [
            ("2026-10-08 00:00", WORKDAYS, "2026-09-30"),
            ("2026-10-08 08:00", WORKDAYS, "2026-09-30"),
            ("2026-10-08 09:00", WORKDAYS, "2026-10-08"),
            ("2026-11-21 00:00", WORKDAYS, "2026-11-20"),
            ("2026-10-08 00:00", HOURS, "2026-10-07"),
        ],
    )
    def test_is_told_as_the_last_day_that_is_worked(
        self, notices: WorkCalendar, due: str, unit: LimitUnit, day: str
    ) -> None:
        assert rules.expected_date(when(due), unit, notices) == date.fromisoformat(day)

    @pytest.mark.parametrize(
        ("due", "unit", "written"),
        [
            ("2026-12-28 00:00", WORKDAYS, "2026-12-25 24:00"),
            ("2026-12-25 00:00", WORKDAYS, "2026-12-24 24:00"),
            ("2026-10-08 00:00", WORKDAYS, "2026-09-30 24:00"),
            ("2026-10-12 00:00", WORKDAYS, "2026-10-10 24:00"),  # a Saturday worked for another day
            ("2026-12-28 00:01", WORKDAYS, "2026-12-28 00:01"),
            ("2026-12-28 09:00", WORKDAYS, "2026-12-28 09:00"),
            ("2026-12-28 00:00", WORKHOURS, "2026-12-25 24:00"),
            ("2026-12-28 00:00", HOURS, "2026-12-27 24:00"),  # natural hours run on Sunday
        ],
    )
    def test_is_written_on_the_last_day_that_counts(
        self, notices: WorkCalendar, due: str, unit: LimitUnit, written: str
    ) -> None:
        assert end_stamp(rules.written_end(when(due), unit, notices)) == written


AUTUMN = datetime(2026, 9, 14)  # noqa: DTZ001 - the zone is set right below
moments = some.integers(0, 4 * 24 * 40).map(lambda quarters: (AUTUMN + quarters * timedelta(minutes=15)).replace(tzinfo=SHANGHAI))  # fmt: skip
starts = some.one_of(moments, moments.map(lambda moment: moment.replace(hour=0, minute=0)))
halves = some.sampled_from([((time(8, 30), time(12)),), ((time(14, 30), time(17, 30)),), ((time(9), time(16)),), ()])
calendars = some.builds(
    WorkCalendar,
    exceptions=some.frozensets(some.dates(date(2026, 9, 14), date(2026, 10, 24)), max_size=12),
    special=some.dictionaries(some.dates(date(2026, 9, 14), date(2026, 10, 24)), halves, max_size=8),
    periods=some.sampled_from([rules.PERIODS, ((time(9), time(17)),), ((time(0), time(12)), (time(13), time(23, 59)))]),
)


class TestOneLaw:
    @settings(max_examples=400, deadline=None)
    @given(due=moments, at=moments, unit=some.sampled_from(LimitUnit), calendar=calendars)
    def test_words_colour_and_the_stored_moment_agree(
        self, due: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar
    ) -> None:
        left, begins = rules.remaining(due, at, unit, calendar), rules.soon_at(due, unit, calendar)
        assert left.soon is (begins <= at <= due)
        assert (left.tone == "red") is (at > due)
        assert left.text.startswith("超") is (at > due)
        if unit is not HOURS:
            assert left.text.startswith(("最后", "已无")) is left.soon
            assert left.text.startswith("剩 2 个工作日") is (left.tone == "yellow") or unit is WORKHOURS

    @settings(max_examples=150, deadline=None)
    @given(due=moments, at=moments, unit=some.sampled_from([WORKDAYS, WORKHOURS]), calendar=calendars)
    def test_after_the_last_moment_nobody_works_until_it_is_due(
        self, due: datetime, at: datetime, unit: LimitUnit, calendar: WorkCalendar
    ) -> None:
        last = rules.last_moment(due, unit, calendar)
        assert last <= due
        assert rules.worked(last, due, calendar) == timedelta()
        assert calendar.is_workday(local(last).date())

    @settings(max_examples=300, deadline=None)
    @given(start=starts, amount=some.integers(1, 25), unit=some.sampled_from(LimitUnit), calendar=calendars)
    def test_a_limit_is_written_to_end_on_a_day_that_counts_and_loses_nothing(
        self, start: datetime, amount: int, unit: LimitUnit, calendar: WorkCalendar
    ) -> None:
        due = rules.due(start, amount, unit, calendar)
        written = rules.written_end(due, unit, calendar)
        assert start < written <= due
        assert rules.length(written, due, unit, calendar) == timedelta()
        assert unit is HOURS or calendar.is_workday(last_date(written))
        assert written == due or local(due).time() == time()

    @settings(max_examples=150, deadline=None)
    @given(due=moments, at=moments, later=moments, unit=some.sampled_from(LimitUnit), calendar=calendars)
    def test_time_never_calms_down(
        self, due: datetime, at: datetime, later: datetime, unit: LimitUnit, calendar: WorkCalendar
    ) -> None:
        order = ("none", "yellow", "orange", "red")
        tones = [order.index(rules.remaining(due, m, unit, calendar).tone) for m in sorted((at, later))]
        assert tones == sorted(tones)
