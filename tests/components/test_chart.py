"""What a chart hands to the library that draws it, in the browser's own words; and that no other page loads that."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import reflex as rx

from components.kit.chart import chart
from components.kit.map import area_map
from state.kit.charts import Chart, Line

KIT = Path(__file__).parents[2] / "assets" / "kit"
BUN = Path(sys.executable).with_name("bun")
TOWNS = ["枫林镇", "溪口街道"]


class ChartedState(rx.State):
    """What a chart is bound to here."""

    shown: Chart = Chart()


def options(*shown: Chart) -> list[dict[str, Any]]:
    """Ask the browser's script what it makes of each chart."""
    script = f"""
        import {{ optionOf }} from {json.dumps(str(KIT / "charting.js"))};
        const look = {{ size: 12, width: 600, height: 240, still: true, fill: (tone) => tone }};
        const charts = {json.dumps([dataclasses.asdict(one) for one in shown])};
        console.log(JSON.stringify(charts.map((shown) => optionOf(shown, look))));
    """
    done = subprocess.run([BUN, "-e", script], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def line(*values: float, hrefs: list[str] | None = None, **more: Any) -> Line:
    return Line("案件", values=list(values), hrefs=hrefs or [""] * len(values), **more)


class TestTheMarks:
    @pytest.mark.parametrize("kind", ["line", "bar", "stack", "row", "ring"])
    def test_lead_where_their_numbers_do(self, kind: str) -> None:
        shown = Chart(kind, TOWNS, [line(3, 5, hrefs=["/cases?area=1", ""])])

        (option,) = options(shown)

        drawn = [(mark["href"], mark["cursor"]) for mark in option["series"][0]["data"]]
        assert drawn == [("/cases?area=1", "pointer"), ("", "default")]

    def test_have_a_tone_of_their_own_where_they_are_told(self) -> None:
        (option,) = options(Chart("ring", TOWNS, [line(3, 5, tones=["red", "blue"])]))

        assert [part["itemStyle"]["color"] for part in option["series"][0]["data"]] == ["red", "blue"]


class TestTheAxes:
    def test_count_in_whole_steps_and_measure_in_any(self) -> None:
        counts, shares = options(Chart("bar", TOWNS, [line(1, 2)]), Chart("bar", TOWNS, [line(0.5, 2)], "%"))

        assert (counts["yAxis"]["minInterval"], shares["yAxis"]["minInterval"]) == (1, 0)

    def test_bars_that_lie_begin_at_the_top(self) -> None:
        (option,) = options(Chart("row", TOWNS, [line(5, 3)]))

        assert option["yAxis"]["data"] == TOWNS
        assert option["yAxis"]["inverse"]


class TestTheLibrary:
    def test_is_loaded_by_no_page_without_a_chart(self) -> None:
        using = {path.name for path in KIT.glob("*.js*") if '"echarts' in path.read_text(encoding="utf-8")}
        taking = {path.name for path in KIT.glob("*.js*") if "/chart.jsx" in path.read_text(encoding="utf-8")}

        assert (using, taking) == ({"chart.jsx"}, set())

    def test_of_maps_is_loaded_by_no_page_without_a_map(self) -> None:
        texts = {path.name: path.read_text(encoding="utf-8") for path in KIT.glob("*.js*")}

        assert {name for name, text in texts.items() if '"maplibre-gl' in text} == {"map.jsx"}
        assert not {name for name, text in texts.items() if "/map.jsx" in text}
        assert any("map.jsx" in one for one in area_map(ChartedState.shown, label="地图")._get_all_dynamic_imports())

    def test_is_asked_for_only_when_the_page_stands(self) -> None:
        assert any("chart.jsx" in one for one in chart(ChartedState.shown, label="趋势")._get_all_dynamic_imports())
