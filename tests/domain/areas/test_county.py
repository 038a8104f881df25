"""The fictional county: its numbers, its names and that its borders fit."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from app.demo.areas import COUNTY_CODE, county
from domain.areas import rules
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec, Point, Polygon


@pytest.fixture(scope="module", params=[20, 7])
def specs(request: pytest.FixtureRequest) -> list[AreaSpec]:
    """Give the county of a seed."""
    return county(request.param)


def borders(polygon: Polygon) -> Counter[tuple[Point, Point]]:
    """Count the directed stretches of a border."""
    return Counter(pairwise((*polygon, polygon[0])))


class TestCounty:
    def test_is_the_same_for_the_same_seed(self) -> None:
        assert county(20) == county(20)
        assert county(20) != county(21)

    def test_has_the_wanted_numbers(self, specs: list[AreaSpec]) -> None:
        below = Counter(spec.parent_code for spec in specs)
        by_level = {level: [spec for spec in specs if spec.level is level] for level in Level}
        assert [spec.code for spec in by_level[Level.COUNTY]] == [COUNTY_CODE]
        assert len(by_level[Level.TOWNSHIP]) == 12
        assert {below[spec.code] for spec in by_level[Level.TOWNSHIP]} <= {4, 5, 6}
        assert {below[spec.code] for spec in by_level[Level.VILLAGE]} <= {2, 3}

    def test_has_codes_and_names_of_its_own_that_can_be_taken(self, specs: list[AreaSpec]) -> None:
        levels = {spec.code: spec.level for spec in specs}
        assert len(levels) == len(specs) == len({spec.name for spec in specs})
        assert all(rules.faults(spec, levels.get(spec.parent_code)) == {} for spec in specs)
        assert all(spec.code.startswith(spec.parent_code or "") for spec in specs)

    @pytest.mark.parametrize("level", [Level.TOWNSHIP, Level.VILLAGE, Level.GRID])
    def test_every_border_is_shared_by_two_neighbours_or_is_the_county_s(
        self, specs: list[AreaSpec], level: Level
    ) -> None:
        stretches = sum((borders(spec.polygon) for spec in specs if spec.level is level), Counter())
        assert set(stretches.values()) == {1}
        outer = {edge for edge in stretches if edge[::-1] not in stretches}
        assert outer == set(borders(specs[0].polygon))

    def test_pieces_fill_their_parent_without_overlap(self, specs: list[AreaSpec]) -> None:
        for parent in specs:
            children = [rules.size(spec.polygon) for spec in specs if spec.parent_code == parent.code]
            assert all(part > 0 for part in children)
            assert not children or sum(children) == pytest.approx(rules.size(parent.polygon), rel=1e-9)
