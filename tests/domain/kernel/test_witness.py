"""When the machine's clock is believed: a table over what each witness says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.witness import Bounds, Reading, Trusted, fault, span
from tests.support.county import MORNING

BOUNDS = Bounds(timedelta(minutes=5), timedelta(days=30))
BEFORE = Trusted(MORNING, 1000.0, "a run")
LATER = timedelta(hours=2)
READ = Reading(MORNING + LATER, 1000.0 + LATER.total_seconds(), "a run", MORNING + LATER, MORNING)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def off(by: timedelta, *, database: bool = True) -> Reading:
    """Give a reading whose machine is off, the database on the same machine with it."""
    return replace(READ, machine=READ.machine + by, database=READ.database + (by if database else timedelta()))


class TestInTheSameRunOfTheMachine:
    @pytest.mark.parametrize("minutes", [-5, -1, 0, 1, 5])
    def test_what_lies_within_bounds_is_believed(self, minutes: int) -> None:
        assert fault(off(minutes * MINUTE), BEFORE, BOUNDS) == ""
        assert fault(off(minutes * MINUTE, database=False), None, BOUNDS) == ""

    @pytest.mark.parametrize(
        ("by", "said"),
        [
            (6 * MINUTE, "拨快 6 分钟"),
            (DAY, "拨快 24 小时"),
            (365 * DAY, "拨快 365 天"),
            (-6 * MINUTE, "拨慢 6 分钟"),
            (-DAY, "拨慢 24 小时"),
        ],
    )
    def test_a_leap_is_found_though_the_database_leapt_along(self, by: timedelta, said: str) -> None:
        assert said in fault(off(by), BEFORE, BOUNDS)

    @pytest.mark.parametrize("by", [6 * MINUTE, DAY, -6 * MINUTE, -DAY])
    @pytest.mark.parametrize("before", [BEFORE, None])
    def test_a_database_elsewhere_that_says_otherwise_is_heard(self, by: timedelta, before: Trusted | None) -> None:
        assert "数据库时间" in fault(off(by, database=False), before, BOUNDS)

    def test_hours_without_a_look_are_no_leap(self) -> None:
        slept = replace(READ, machine=MORNING + 90 * DAY, database=MORNING + 90 * DAY, steady=1000.0 + 90 * 86_400)
        assert fault(slept, BEFORE, BOUNDS) == ""

    def test_a_line_that_a_wrong_clock_left_in_the_future_is_not_asked(self) -> None:
        assert fault(replace(READ, last_written=MORNING + DAY), BEFORE, BOUNDS) == ""

    def test_a_clock_that_was_put_right_is_believed_again(self) -> None:
        assert fault(off(DAY), BEFORE, BOUNDS)
        assert fault(off(timedelta()), BEFORE, BOUNDS) == ""

    def test_bounds_are_data(self) -> None:
        wide = Bounds(timedelta(hours=1), timedelta(days=1))
        assert fault(off(6 * MINUTE), BEFORE, wide) == ""
        assert fault(replace(off(2 * DAY), boot="another run"), BEFORE, wide)


class TestAtAStart:
    """Another run of the machine counts its own seconds: what was written last is all there is."""

    def started(self, after: timedelta, *, last: timedelta | None = timedelta()) -> Reading:
        machine = MORNING + after
        written = None if last is None else MORNING + last
        return replace(READ, machine=machine, database=machine, steady=3.0, boot="another run", last_written=written)

    @pytest.mark.parametrize("before", [BEFORE, None])
    @pytest.mark.parametrize("after", [timedelta(), MINUTE, DAY, 29 * DAY])
    def test_some_days_without_the_product_are_nothing(self, before: Trusted | None, after: timedelta) -> None:
        assert fault(self.started(after), before, BOUNDS) == ""

    @pytest.mark.parametrize("before", [BEFORE, None])
    def test_a_clock_before_the_last_line_is_not_believed(self, before: Trusted | None) -> None:
        assert "早于最后一次写入" in fault(self.started(-6 * MINUTE), before, BOUNDS)

    def test_nor_one_before_the_last_moment_that_was_believed(self) -> None:
        assert "早于最后一次写入" in fault(self.started(-DAY, last=-2 * DAY), BEFORE, BOUNDS)

    @pytest.mark.parametrize("before", [BEFORE, None])
    def test_nor_one_that_is_months_later(self, before: Trusted | None) -> None:
        assert "已 31 天" in fault(self.started(31 * DAY), before, BOUNDS)

    def test_a_first_start_has_nothing_to_compare_with(self) -> None:
        assert fault(self.started(timedelta(), last=None), None, BOUNDS) == ""


class TestAConfirmedClock:
    def test_is_believed_whatever_the_others_say(self) -> None:
        wrong = off(DAY, database=False)
        confirmed = wrong.confirmed()
        assert fault(wrong, BEFORE, BOUNDS)
        assert fault(wrong, confirmed, BOUNDS) == ""

    def test_is_doubted_again_when_it_leaps_again(self) -> None:
        confirmed = off(DAY, database=False).confirmed()
        assert fault(off(2 * DAY, database=False), confirmed, BOUNDS)
        assert fault(READ, confirmed, BOUNDS)


def test_what_is_written_meanwhile_bears_the_earliest_moment() -> None:
    assert off(DAY).earliest(BEFORE) == READ.machine
    assert off(DAY, database=False).earliest(None) == READ.database
    assert off(-DAY).earliest(BEFORE) == READ.machine - DAY


@pytest.mark.parametrize(
    ("apart", "said"), [(6 * MINUTE, "6 分钟"), (timedelta(hours=3), "3 小时"), (-5 * DAY, "5 天")]
)
def test_a_span_is_worded_in_its_largest_unit(apart: timedelta, said: str) -> None:
    assert span(apart) == said
