"""Dates and numbers that people type are read in one place, where their bounds stand."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, calls, modules

READERS = {"fromisoformat", "strptime", "isdigit", "isdecimal"}
ELSEWHERE = {
    "state/calendar/year.py": "reads the day of its own page back",
    "state/visits/desk.py": "reads the date of a card, as the chip wrote it",
    "app/api/shapes.py": "filters of addresses: the bounds stand beside",
    "app/api/cases.py": "a version number in a header",
    "app/api/doors.py": "the length in a header",
    "app/jobs/figures.py": "reads its own note back",
    "app/jobs/retention.py": "reads its own file back",
    "app/jobs/witness.py": "reads its own file back",
}


@pytest.mark.parametrize("module", modules("app", "state"), ids=lambda module: module.name)
def test_no_door_reads_figures_by_itself(module: Module) -> None:
    found = {
        call.func.attr
        for call in calls(module.tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in READERS
    }

    assert not found or module.name in ELSEWHERE
