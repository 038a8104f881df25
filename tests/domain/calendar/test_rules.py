"""Working days, limits and pauses: tables of facts, and the laws of the working line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain.calendar import rules
from domain.calendar.models import LimitUnit, Link
from domain.calendar.rules import Limit, WorkCalendar
from domain.kernel.clock import SHANGHAI
from domain.kernel.refusals import Invalid

HOURS, WORKDAYS = LimitUnit.HOURS, LimitUnit.WORKDAYS


def when(text: str) -> datetime:
    """Read a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class TestIsWorkday:
    @pytest.mark.parametrize(
        ("day", "worked"),
        [
            ("2026-01-01", False),  # New Year's Day, a Thursday
            ("2026-01-02", False),  # a Friday off
            ("2026-01-04", True),  # a Sunday worked
            ("2026-02-14", True),  # a Saturday worked before Spring Festival
            ("2026-02-16", False),
            ("2026-02-23", False),
            ("2026-02-24", True),
            ("2026-02-28", True),  # a Saturday worked after it
            ("2026-09-20", True),  # a Sunday worked
            ("2026-09-25", False),  # Mid-Autumn
            ("2026-10-07", False),
            ("2026-10-08", True),
            ("2026-10-10", True),  # a Saturday worked
            ("2026-10-11", False),  # a plain Sunday
            ("2027-01-01", True),  # no notice: the weekend rule, a Friday
            ("2027-01-02", False),
        ],
    )
    def test_follows_the_notice_and_else_the_weekend(self, notices: WorkCalendar, day: str, worked: bool) -> None:
        assert notices.is_workday(date.fromisoformat(day)) is worked


class TestAdvance:
    @pytest.mark.parametrize(
        ("start", "workdays", "end"),
        [
            # plain weeks
            ("2026-11-16 09:12", 1, "2026-11-17 09:12"),
            ("2026-11-18 09:12", 5, "2026-11-25 09:12"),
            ("2026-11-20 17:59", 1, "2026-11-23 17:59"),
            ("2026-11-20 17:59", 10, "2026-12-04 17:59"),
            ("2026-11-16 00:00", 5, "2026-11-23 00:00"),
            ("2026-11-20 23:59", 5, "2026-11-27 23:59"),
            ("2026-11-16 08:00", 20, "2026-12-14 08:00"),
            # a start on a day off counts from 00:00 of the next working day
            ("2026-11-21 10:00", 1, "2026-11-24 00:00"),
            ("2026-11-22 23:30", 1, "2026-11-24 00:00"),
            ("2026-11-21 00:00", 5, "2026-11-30 00:00"),
            ("2026-10-03 12:00", 1, "2026-10-09 00:00"),
            ("2026-10-03 12:00", 0, "2026-10-08 00:00"),
            # Mid-Autumn, National Day and their make-up days
            ("2026-09-24 10:00", 5, "2026-10-09 10:00"),
            ("2026-09-30 16:00", 10, "2026-10-20 16:00"),
            ("2026-09-30 16:00", 1, "2026-10-08 16:00"),
            ("2026-09-18 16:00", 1, "2026-09-20 16:00"),
            ("2026-09-20 16:00", 1, "2026-09-21 16:00"),
            ("2026-10-09 09:00", 1, "2026-10-10 09:00"),
            ("2026-10-10 09:00", 1, "2026-10-12 09:00"),
            ("2026-10-09 09:00", 2, "2026-10-12 09:00"),
            # Spring Festival 2026
            ("2026-02-13 15:00", 1, "2026-02-14 15:00"),
            ("2026-02-14 15:00", 1, "2026-02-24 15:00"),
            ("2026-02-13 15:00", 5, "2026-02-27 15:00"),
            ("2026-02-13 15:00", 6, "2026-02-28 15:00"),
            ("2026-02-13 15:00", 7, "2026-03-02 15:00"),
            ("2026-02-17 09:00", 5, "2026-03-02 00:00"),
            # Labour Day, and the turn of 2025 to 2026
            ("2026-04-30 11:00", 1, "2026-05-06 11:00"),
            ("2026-05-08 11:00", 1, "2026-05-09 11:00"),
            ("2025-12-31 11:00", 1, "2026-01-04 11:00"),
            ("2025-12-31 11:00", 2, "2026-01-05 11:00"),
            # the turn of 2026 to 2027, which has no notice
            ("2026-12-18 10:00", 10, "2027-01-01 10:00"),
            ("2026-12-31 10:00", 1, "2027-01-01 10:00"),
            ("2026-12-31 10:00", 2, "2027-01-04 10:00"),
            # backwards
            ("2026-10-09 10:00", -5, "2026-09-24 10:00"),
            ("2026-11-23 09:00", -1, "2026-11-20 09:00"),
        ],
    )
    def test_ends_at_the_same_clock_time_on_the_nth_working_day(
        self, notices: WorkCalendar, start: str, workdays: int, end: str
    ) -> None:
        assert rules.advance(when(start), workdays, notices) == when(end)

    def test_answers_in_utc(self, notices: WorkCalendar) -> None:
        assert rules.advance(when("2026-11-16 09:00"), 1, notices).tzinfo is UTC

    def test_counts_days_of_shanghai_whatever_the_zone_given(self, notices: WorkCalendar) -> None:
        late_friday_in_utc = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # Saturday 01:00 in Shanghai
        assert rules.advance(late_friday_in_utc, 1, notices) == when("2026-11-24 00:00")

    @pytest.mark.parametrize("workdays", [1, -1, 0])
    def test_refuses_a_calendar_without_working_days(self, workdays: int) -> None:
        never = WorkCalendar(weekend=frozenset(range(7)))
        with pytest.raises(Invalid, match="工作日历有误"):
            rules.advance(when("2026-11-16 09:00"), workdays, never)


class TestElapsed:
    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [
            ("2026-11-16 09:00", "2026-11-16 12:30", 3.5),
            ("2026-11-20 18:00", "2026-11-23 06:00", 12),
            ("2026-11-21 08:00", "2026-11-22 20:00", 0),
            ("2026-11-21 08:00", "2026-11-23 01:00", 1),
            ("2026-09-30 12:00", "2026-10-08 12:00", 24),
            ("2026-11-23 06:00", "2026-11-20 18:00", -12),
        ],
    )
    def test_counts_working_days_only(self, notices: WorkCalendar, start: str, end: str, hours: float) -> None:
        assert rules.elapsed(when(start), when(end), notices) == timedelta(hours=hours)


moments = some.datetimes(datetime(2025, 11, 1), datetime(2027, 3, 1)).map(lambda naive: naive.replace(tzinfo=SHANGHAI))  # noqa: DTZ001 — the zone is set right here
spans = some.timedeltas(timedelta(days=-30), timedelta(days=60))


class TestTheWorkingLine:
    @settings(max_examples=60, deadline=None)
    @given(start=moments, span=spans)
    def test_what_was_advanced_has_elapsed(self, notices: WorkCalendar, start: datetime, span: timedelta) -> None:
        assert rules.elapsed(start, rules.advance_by(start, span, notices), notices) == span

    @settings(max_examples=60, deadline=None)
    @given(start=moments, end=moments)
    def test_advancing_by_what_elapsed_arrives_at_the_end_or_the_next_working_day(
        self, notices: WorkCalendar, start: datetime, end: datetime
    ) -> None:
        arrived = rules.advance_by(start, rules.elapsed(start, end, notices), notices)
        assert arrived == rules.advance(end, 0, notices)

    @settings(max_examples=40, deadline=None)
    @given(one=moments, other=moments, workdays=some.integers(0, 40))
    def test_later_starts_never_end_earlier(
        self, notices: WorkCalendar, one: datetime, other: datetime, workdays: int
    ) -> None:
        first, last = sorted((one, other))
        assert rules.advance(first, workdays, notices) <= rules.advance(last, workdays, notices)


class TestResumed:
    @settings(max_examples=60, deadline=None)
    @given(
        start=moments,
        amount=some.integers(1, 40),
        run=some.timedeltas(timedelta(), timedelta(days=40)),
        rest=some.timedeltas(timedelta(), timedelta(days=60)),
    )
    def test_a_pause_keeps_what_remained_of_working_days(
        self, notices: WorkCalendar, start: datetime, amount: int, run: timedelta, rest: timedelta
    ) -> None:
        due, paused_at = rules.due(start, amount, WORKDAYS, notices), start + run
        at = paused_at + rest
        later = rules.resumed(due, paused_at, at, WORKDAYS, notices)
        assert rules.elapsed(at, later, notices) == rules.elapsed(paused_at, due, notices)

    @settings(max_examples=30, deadline=None)
    @given(start=moments, amount=some.integers(1, 48), run=spans, rest=spans.map(abs))
    def test_a_pause_keeps_what_remained_of_hours(
        self, notices: WorkCalendar, start: datetime, amount: int, run: timedelta, rest: timedelta
    ) -> None:
        due, paused_at = rules.due(start, amount, HOURS, notices), start + run
        at = paused_at + rest
        assert rules.resumed(due, paused_at, at, HOURS, notices) - at == due - paused_at

    def test_a_pause_over_a_holiday_costs_nothing(self, notices: WorkCalendar) -> None:
        due = rules.due(when("2026-09-28 10:00"), 5, WORKDAYS, notices)
        assert rules.resumed(due, when("2026-10-01 09:00"), when("2026-10-07 09:00"), WORKDAYS, notices) == due


class TestLimits:
    @pytest.mark.parametrize(
        ("link", "major", "urgent", "expected"),
        [
            (Link.DISPATCH, False, False, Limit(4, 24, HOURS)),
            (Link.DISPATCH, True, True, Limit(4, 24, HOURS)),
            (Link.ACCEPT, False, False, Limit(24, 48, HOURS)),
            (Link.ACCEPT, True, False, Limit(24, 48, HOURS)),
            (Link.ACCEPT, False, True, Limit(24, 48, HOURS)),
            (Link.ACCEPT, True, True, Limit(6, 12, HOURS)),
            (Link.FEEDBACK, True, True, Limit(5, 10, WORKDAYS)),
            (Link.RESOLVE, False, False, Limit(20, 30, WORKDAYS)),
        ],
    )
    def test_follow_the_rulings(self, link: Link, major: bool, urgent: bool, expected: Limit) -> None:
        assert rules.limit_of(link, major=major, urgent=urgent) == expected

    def test_hours_run_through_weekends(self, notices: WorkCalendar) -> None:
        assert rules.due(when("2026-11-20 18:00"), 24, HOURS, notices) == when("2026-11-21 18:00")

    @pytest.mark.parametrize(("yellow", "red"), [(0, 5), (-1, 5), (6, 5)])
    def test_refuse_what_cannot_be(self, yellow: int, red: int) -> None:
        with pytest.raises(Invalid):
            Limit(yellow, red, HOURS)


MONDAY = "2026-11-16 09:00"


class TestPromises:
    @pytest.mark.parametrize(
        ("days", "limit", "red"),
        [
            (1, Limit(20, 30, WORKDAYS), 2),
            (10, Limit(20, 30, WORKDAYS), 15),
            (15, Limit(20, 30, WORKDAYS), 23),
            (20, Limit(20, 30, WORKDAYS), 30),
            (10, Limit(10, 12, WORKDAYS), 12),  # red no later than without the promise
            (10, Limit(10, 10, WORKDAYS), 10),
            (3, Limit(100, 110, HOURS), 4),  # Monday to Friday: 96 hours
        ],
    )
    def test_turn_red_half_as_long_again_but_not_later_than_the_limit(
        self, notices: WorkCalendar, days: int, limit: Limit, red: int
    ) -> None:
        assert rules.promised(days, limit, at=when(MONDAY), calendar=notices) == Limit(days, red, WORKDAYS)

    @pytest.mark.parametrize(
        ("days", "limit", "shorter"),
        [
            (19, Limit(20, 30, WORKDAYS), True),
            (20, Limit(20, 30, WORKDAYS), True),
            (21, Limit(20, 30, WORKDAYS), False),
            (60, Limit(20, 30, WORKDAYS), False),
            (10**9, Limit(20, 30, WORKDAYS), False),
            (3, Limit(72, 96, HOURS), True),
            (4, Limit(72, 96, HOURS), False),
            (5, Limit(72, 96, HOURS), False),  # five working days are a week, 72 hours three days
            (1, Limit(7, 14, LimitUnit.WORKHOURS), True),  # 7 of 6.5 hours a day end on the second morning
            (2, Limit(7, 14, LimitUnit.WORKHOURS), False),
        ],
    )
    def test_shorten_a_limit_on_whatever_line_it_runs(
        self, notices: WorkCalendar, days: int, limit: Limit, shorter: bool
    ) -> None:
        assert rules.shortens(days, limit, at=when(MONDAY), calendar=notices) is shorter


class TestProvisional:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2026-12-01 09:00", "2026-12-31 23:59", False),
            ("2026-12-31 09:00", "2027-01-01 00:00", True),
            ("2025-12-31 09:00", "2026-01-05 09:00", False),
        ],
    )
    def test_a_stretch_into_a_year_without_notice_is(
        self, notices: WorkCalendar, start: str, end: str, expected: bool
    ) -> None:
        assert notices.provisional(when(start), when(end)) is expected
