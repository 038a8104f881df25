"""The workflow table of the product is the table of the ruling, row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.cases import workflow
from domain.cases.operations import effects
from domain.cases.rules import _GUARDS
from domain.cases.vocabulary import Action, Effect, Guard, Status
from domain.cases.workflow import STEPS, Step
from tests.domain.cases import reading
from tests.domain.cases.reading import Row
from tests.support import flow

Key = tuple[str, Status | None, Action]


def _by_key() -> dict[Key, Step]:
    return {(step.row, step.source, step.action): step for step in STEPS}


@pytest.mark.parametrize("row", reading.ROWS, ids=lambda row: f"{row.number}-{row.source or 'new'}-{row.action}")
def test_every_ruled_row_is_a_step(row: Row) -> None:
    step = _by_key()[row.number, row.source, row.action]

    assert not flow.unlike(step, row)
    assert step.opinion is row.opinion


def test_no_step_is_without_a_ruled_row() -> None:
    assert set(_by_key()) == {(row.number, row.source, row.action) for row in reading.ROWS}
    assert len(_by_key()) == len(STEPS) == len(reading.ROWS)


def test_every_action_has_a_row() -> None:
    assert {step.action for step in STEPS} == set(Action)


def test_every_effect_and_guard_has_its_function() -> None:
    assert set(effects.EFFECTS) == set(Effect)
    assert set(_GUARDS) == set(Guard)


class TestLint:
    def test_the_table_is_sound(self) -> None:
        assert workflow.lint() == []

    def test_an_unreachable_status_is_found(self) -> None:
        without = tuple(step for step in STEPS if step.target is not Status.AT_CITY)

        assert any("市级流转中不可到达" in fault for fault in workflow.lint(without))

    def test_an_endless_status_is_found(self) -> None:
        without = tuple(
            step for step in STEPS if step.source is not Status.TO_SUPPLEMENT or step.target is Status.TO_SUPPLEMENT
        )

        assert any("退回待补充无法走到终点" in fault for fault in workflow.lint(without))

    def test_two_rows_nobody_can_tell_apart_are_found(self) -> None:
        twin = replace(STEPS[3], row="5x", target=Status.VOID)

        assert any("无法区分" in fault for fault in workflow.lint((*STEPS, twin)))

    def test_a_guarded_row_beside_an_unguarded_one_is_found(self) -> None:
        step = next(step for step in STEPS if step.action is Action.DISPATCH)
        twin = replace(step, row="11x", guards=(Guard.IS_ORDER,))

        assert any("无法区分" in fault for fault in workflow.lint((*STEPS, twin)))
