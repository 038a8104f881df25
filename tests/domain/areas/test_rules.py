"""Codes, paths and borders."""

from __future__ import annotations

from math import cos, pi, sin

import pytest

from domain.areas import rules
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec, Point, Polygon

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
HOOK = ((0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (2.0, 3.0), (2.0, 1.0), (0.0, 1.0))


class TestFaults:
    @pytest.mark.parametrize(
        ("code", "level", "parent", "wrong"),
        [
            ("359900", Level.COUNTY, None, set()),
            ("359900101", Level.TOWNSHIP, Level.COUNTY, set()),
            ("359900101201", Level.VILLAGE, Level.TOWNSHIP, set()),
            ("359900101201001", Level.GRID, Level.VILLAGE, set()),
            ("35990", Level.COUNTY, None, {"code"}),
            ("35990A", Level.COUNTY, None, {"code"}),
            ("359900", Level.COUNTY, Level.COUNTY, {"parent"}),
            ("359900101201", Level.VILLAGE, Level.COUNTY, {"parent"}),
            ("359900101", Level.GRID, None, {"code", "parent"}),
        ],
    )
    def test_name_the_wrong_fields(self, code: str, level: Level, parent: Level | None, wrong: set[str]) -> None:
        assert set(rules.faults(AreaSpec(code, "某地", level, None, SQUARE), parent)) == wrong

    def test_ask_for_a_name_and_a_border(self) -> None:
        assert set(rules.faults(AreaSpec("359900", " ", Level.COUNTY, None, SQUARE[:2]), None)) == {"name", "polygon"}


class TestPaths:
    def test_lie_under_their_parent_and_end_with_a_slash(self) -> None:
        county = rules.path_under("", "359900")
        assert county == "/359900/"
        assert rules.path_under(county, "359900101") == "/359900/359900101/"

    def test_give_their_codes_back(self) -> None:
        assert rules.codes_in("/359900/359900101/") == ("359900", "359900101")
        assert rules.codes_in("") == ()

    @pytest.mark.parametrize(("path", "pattern"), [("/3/", "/3/%"), ("/3", "/3/%"), ("/3%_\\/", "/3\\%\\_\\\\/%")])
    def test_make_a_prefix_pattern_without_foreign_wildcards(self, path: str, pattern: str) -> None:
        assert rules.prefix_pattern(path) == pattern


class TestBorders:
    def test_have_a_centre_and_a_size(self) -> None:
        assert rules.centre(SQUARE) == (1.0, 1.0)
        assert rules.size(SQUARE) == 4.0
        assert rules.size(SQUARE[::-1]) == -4.0

    def test_without_a_surface_still_have_a_centre(self) -> None:
        assert rules.centre(((0.0, 0.0), (1.0, 1.0), (2.0, 2.0))) == (1.0, 1.0)

    @pytest.mark.parametrize(
        ("point", "inside"),
        [((0.5, 0.5), True), ((2.5, 2.5), True), ((1.0, 2.0), False), ((-1.0, 0.5), False), ((4.0, 0.5), False)],
    )
    def test_tell_inside_from_outside(self, point: Point, inside: bool) -> None:
        assert rules.contains(HOOK, point) is inside

    @pytest.mark.parametrize(
        ("ring", "said"),
        [
            (((118.0, 25.0), (118.2, 25.0), (118.2, 25.2), (118.0, 25.2)), ""),
            (((118.0, 25.0), (118.2, 25.1), (118.2, 25.0), (118.0, 25.2)), "自相交"),
            (((25.0, 118.0), (25.2, 118.0), (25.2, 118.2)), "写反"),
            (((-10.0, 25.0), (-10.2, 25.0), (-10.2, 25.2)), "中国范围"),
            (tuple((118 + 0.1 * cos(i), 25 + 0.1 * sin(i)) for i in range(30_000)), "30000 个"),
            # two combs that stand in each other: no two teeth cross, and nobody can look at each pair
            (tuple((118 + i // 2 * 1e-5, 25 + (0.5 if i % 4 in {1, 2} else 0) + i * 1e-6) for i in range(19_990)), "过于曲折"),
        ],
    )  # fmt: skip
    def test_are_refused_where_they_are_none(self, ring: Polygon, said: str) -> None:
        fault = rules.shape_fault([[ring]])
        assert said in fault
        assert bool(said) == bool(fault)

    def test_may_touch_themselves_and_be_of_many_points(self) -> None:
        bay = [(118.0, 25.0), (118.2, 25.0), (118.2, 25.2), (118.1, 25.1), (118.0, 25.2), (118.0, 25.1), (118.1, 25.1)]
        assert rules.shape_fault([[tuple(bay)]]) == ""
        turns = [2 * pi * i / 20_000 for i in range(20_000)]
        waves = tuple(
            (118 + cos(t) * (0.3 + 0.03 * sin(300 * t)), 25 + sin(t) * (0.3 + 0.03 * sin(300 * t))) for t in turns
        )
        assert rules.shape_fault([[waves]]) == ""
