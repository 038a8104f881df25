"""A list of areas: its rows as they are written, against the base and against each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from uuid import UUID, uuid5

import pytest

from domain.areas import rules
from domain.areas.models import Level
from domain.areas.rules import codes
from domain.areas.schemas import AreaView, Effect, ListRow

_SPACE = UUID(int=7)


def row(number: int, code: str, name: str, level: str = "", parent: str = "", former: str = "") -> ListRow:
    return ListRow(number, code, name, level, parent, former)


NATIONAL = [
    row(2, "350000000000", "福建省", "省"),
    row(3, "359900000000", "某市", "市"),
    row(4, "359921000000", "清溪县", "县"),
    row(5, "359921100000", "枫林镇", "乡镇街道"),
    row(6, "359921100201", "上洋村", "村社区"),
    row(7, "359921101000", "云溪镇", "乡镇街道"),
    row(8, "359921101001", "云溪社区", "村社区"),
]


def area(code: str, name: str, parent: str = "", *, ended: bool = False) -> AreaView:
    level = rules.level_of(code)
    assert level is not None
    view = AreaView(uuid5(_SPACE, code), code, name, level, uuid5(_SPACE, parent) if parent else None, "", None, None)
    return replace(view, ended_on=None if not ended else date(2026, 1, 1))


BASE = [
    area("359921", "清溪县"),
    area("359921100", "枫林镇", "359921"),
    area("359921100201", "上洋村", "359921100"),
    area("359921100202", "下洋村", "359921100"),
    area("359921101", "云溪镇", "359921"),
    area("359921101001", "云溪社区", "359921101"),
]


def faults(*rows: ListRow, base: list[AreaView] | None = None) -> dict[int, set[str]]:
    return {one.number: set(one.faults) for one in rules.plan(rows, base or []).rows if one.faults}


class TestTheNationalForm:
    def test_is_read_as_it_is_published(self) -> None:
        plan = rules.plan(NATIONAL, [])
        assert plan.counts == {Effect.NEW: 5, Effect.SKIPPED: 2}
        assert [(one.code, one.level, one.parent_code) for one in plan.rows[2:]] == [
            ("359921", Level.COUNTY, ""),
            ("359921100", Level.TOWNSHIP, "359921"),
            ("359921100201", Level.VILLAGE, "359921100"),
            ("359921101", Level.TOWNSHIP, "359921"),
            ("359921101001", Level.VILLAGE, "359921101"),
        ]

    def test_needs_neither_level_nor_parent(self) -> None:
        bare = [replace(one, level="") for one in NATIONAL]
        with_parents = [replace(one, parent=f"{one.code[:6]}000000" if one.number in {5, 7} else "") for one in bare]
        wanted = [(one.code, one.parent_code, one.effect) for one in rules.plan(NATIONAL, []).rows]
        for rows in (bare, with_parents):
            assert [(one.code, one.parent_code, one.effect) for one in rules.plan(rows, []).rows] == wanted

    def test_may_stand_in_any_order(self) -> None:
        for rows in permutations(NATIONAL[2:]):
            assert faults(*rows) == {}

    def test_changes_nothing_the_second_time(self) -> None:
        base = [*BASE[:3], *BASE[4:]]
        assert rules.plan(NATIONAL, base).counts == {Effect.SAME: 5, Effect.SKIPPED: 2}

    @pytest.mark.parametrize("word", ["县", "区", "县级市", "县区", "county", "旗"])
    def test_a_county_has_many_names(self, word: str) -> None:
        assert codes.level_named(word) is Level.COUNTY

    def test_a_city_without_counties_is_one_where_the_list_says_so(self) -> None:
        assert rules.plan([row(2, "441900000000", "某市", "县区")], []).rows[0].code == "441900"


class TestARow:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            (row(9, "", "某村"), "code"),
            (row(9, "35992110020", "某村"), "code"),
            (row(9, "35992110020A", "某村"), "code"),
            (row(9, "359921100201", "某村", "乡镇街道"), "code"),
            (row(9, "359921100", "某镇", "村社区"), "code"),
            (row(9, "359921100203", "", "村社区"), "name"),
            (row(9, "359921100203", "某" * 61, "村社区"), "name"),
            (row(9, "359921100203", "某\x07村", "村社区"), "name"),
            (row(9, "359921100203", "某村", "屯"), "level"),
            (row(9, "359921999203", "某村", "村社区"), "parent"),
            (row(9, "359921100203", "某村", "村社区", "359921101"), "parent"),
            (row(9, "359921100203", "某村", "村社区", "359921"), "parent"),
            (row(9, "359921100201", "另一个"), "code"),
            (row(9, "359921100203", "上洋村"), "name"),
            (row(9, "359921100203", "某村", former="359921100999"), "former"),
            (row(9, "359921100203", "某村", former="359921101"), "former"),
        ],
    )
    def test_that_cannot_be_taken_says_which_field(self, wrong: ListRow, field: str) -> None:
        assert faults(*NATIONAL[2:], wrong, base=BASE) == {9: {field}}

    def test_names_the_other_row_of_a_double(self) -> None:
        (*_, last) = rules.plan([*NATIONAL, row(9, "359921100201", "另一个")], []).rows
        assert last.faults == {"code": "代码与第 6 行重复"}

    def test_with_the_code_of_an_ended_area_is_refused(self) -> None:
        ended = area("359921100209", "旧村", "359921100", ended=True)
        assert faults(row(9, "359921100209", "新村"), base=[*BASE, ended]) == {9: {"code"}}


class TestWhatALaterListDoes:
    @pytest.mark.parametrize(
        ("given", "effect", "said"),
        [
            (row(2, "359921100201", "上洋新村"), Effect.RENAMED, "原名“上洋村”"),
            (row(2, "359921100201", "上洋村", "村社区", "359921101"), Effect.MOVED, "原上级 枫林镇"),
            (
                row(2, "359921101205", "上洋村", former="359921100201"),
                Effect.MOVED,
                "原代码 359921100201，原上级 枫林镇",
            ),
            (row(2, "359921100201", "上洋村", former="359921100202"), Effect.MERGED, "并入：下洋村"),
            (row(2, "359921100209", "洋村", former="359921100201、359921100202"), Effect.NEW, "并入：上洋村、下洋村"),
            (row(2, "359921100203", "东洋村"), Effect.NEW, ""),
            (row(2, "359921100201", "上洋村"), Effect.SAME, ""),
        ],
    )
    def test_is_said_of_each_row(self, given: ListRow, effect: Effect, said: str) -> None:
        (found,) = rules.plan([given], BASE).rows
        assert (found.effect, found.said, dict(found.faults)) == (effect, said, {})

    def test_a_child_follows_a_parent_that_got_another_code(self) -> None:
        rows = [row(2, "359921102", "枫林街道", former="359921100"), row(3, "359921100201", "上洋村")]
        plan = rules.plan(rows, BASE)
        assert [(one.effect, dict(one.faults)) for one in plan.rows] == [(Effect.MOVED, {}), (Effect.SAME, {})]
        assert plan.rows[1].parent_code == "359921102"

    def test_nobody_is_the_former_of_two(self) -> None:
        rows = [
            row(2, "359921100208", "甲村", former="359921100201"),
            row(3, "359921100209", "乙村", former="359921100201"),
        ]
        assert faults(*rows, base=BASE) == {2: {"former"}, 3: {"former"}}

    def test_what_the_list_forgets_is_told_and_no_more(self) -> None:
        plan = rules.plan([row(2, "359921100000", "枫林镇"), row(3, "359921100201", "上洋村")], BASE)
        assert [one.name for one in plan.missing] == ["下洋村", "云溪镇"]
