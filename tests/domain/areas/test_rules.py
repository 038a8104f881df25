"""Codes, paths and borders."""

from __future__ import annotations

import pytest

from domain.areas import rules
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec, Point

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
