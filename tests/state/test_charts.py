"""A chart says of itself whether it fits and whether there is anything to draw."""

from __future__ import annotations

import pytest

from state.kit.charts import Chart, Line


class TestAChart:
    @pytest.mark.parametrize(
        "lines",
        [
            [Line("案件", values=[1], hrefs=["", ""])],
            [Line("案件", values=[1, 2], hrefs=["/cases"])],
            [Line("案件", values=[1, 2], hrefs=["", ""], tones=["red"])],
        ],
    )
    def test_refuses_numbers_that_do_not_fit_its_labels(self, lines: list[Line]) -> None:
        with pytest.raises(ValueError, match="does not fit"):
            Chart("bar", ["甲", "乙"], lines)

    def test_refuses_a_ring_of_several_lines(self) -> None:
        with pytest.raises(ValueError, match="one line"):
            Chart("ring", ["甲"], [Line("案件", values=[1], hrefs=[""]), Line("人员", values=[1], hrefs=[""])])

    @pytest.mark.parametrize(("values", "blank"), [([], True), ([0, 0], True), ([0, 1], False)])
    def test_is_blank_without_labels_or_with_zeros_alone(self, values: list[float], blank: bool) -> None:
        labels = ["甲", "乙"][: len(values)]
        assert Chart("line", labels, [Line("案件", values=values, hrefs=[""] * len(values))]).blank is blank
