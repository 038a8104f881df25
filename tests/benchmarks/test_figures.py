"""Percentiles and tables; nothing here measures time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.benchmarks.figures import HEAD, Row, Series, Table, columns, percentile


class TestPercentile:
    @pytest.mark.parametrize(
        ("share", "expected"), [(0.0, 1.0), (0.05, 1.0), (0.5, 10.0), (0.95, 19.0), (0.96, 20.0), (1.0, 20.0)]
    )
    def test_gives_a_value_that_was_measured(self, share: float, expected: float) -> None:
        values = [float(number) for number in range(20, 0, -1)]
        assert percentile(values, share) == expected

    def test_of_one_value_is_that_value(self) -> None:
        assert percentile([0.25], 0.95) == 0.25

    def test_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no values"):
            percentile([], 0.5)

    @given(some.lists(some.floats(0, 1000), min_size=1), some.floats(0, 1))
    def test_is_not_exceeded_by_its_share(self, values: list[float], share: float) -> None:
        found = percentile(values, share)
        assert found in values
        assert sum(value <= found for value in values) >= share * len(values) - 1e-6


class TestSeries:
    def test_holds_its_goal_to_p95(self) -> None:
        kept = Series("kept", [0.01] * 19 + [0.5], goal=0.1)
        missed = Series("missed", [0.01] * 9 + [0.5], goal=0.1)
        assert kept.verdict() == "goal p95 ≤ 100 ms: met"
        assert missed.verdict() == "goal p95 ≤ 100 ms: MISSED"
        assert Series("told", [0.01]).verdict() == ""


class TestTable:
    def test_prints_every_line_with_its_ratio(self) -> None:
        plain, whole = Series("往返", [0.002, 0.004]), Series("读卡", [0.010, 0.030], note="one desk", goal=0.1)
        table = Table("Card")
        table.add(plain)
        table.add(whole, plain)
        title, blank, *lines = table.text().splitlines()
        assert (title, blank) == ("## Card", "")
        assert [cell.strip() for cell in lines[0].strip("|").split("|")] == list(HEAD)
        cells = [cell.strip() for cell in lines[3].strip("|").split("|")]
        assert cells == ["读卡", "2", "10.0", "30.0", "30.0", "5.0", "goal p95 ≤ 100 ms: met; one desk"]
        assert Row(plain).cells()[5] == "baseline"

    def test_aligns_chinese_and_latin(self) -> None:
        table = Table("Width")
        table.add(Series("读卡", [0.01]))
        table.add(Series("round trip", [0.01], note="注"))
        assert len({columns(line) for line in table.text().splitlines()[2:]}) == 1

    def test_leaves_out_what_was_not_measured(self) -> None:
        table = Table("Nothing")
        table.add(Series("nothing"))
        assert table.rows == []
