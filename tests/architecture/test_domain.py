"""What the domain may and may not do, read off its source."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import Module, called, calls, modules, names, tables

_COMMITS = {
    "app/launch/database.py": "claims a database before anything of the domain is in it",
    "app/launch/keys.py": "marks whose keys a database was sealed with, before anything is opened",
}
_SCOPED = {"Case", "Visit"}
_UNSCOPED = {
    ("domain/statistics/queries/summed.py", "as_counted"): "sums of the county, read for who sees all of it",
    ("domain/visits/queries.py", "times_here"): "counts for the desk that holds the card, by permission",
    ("domain/cases/queries/reach.py", "open_cases_of"): "counts for the desk that holds the card, by permission",
    ("domain/cases/operations/family.py", "_has_children"): "whether one exists decides, nothing of it is told",
    ("domain/cases/operations/merge.py", "merge"): "whether one exists decides, nothing of it is told",
    ("domain/cases/queries/situation.py", "_has_open_children"): "whether one exists decides, nothing of it is told",
    (
        "domain/cases/operations/matter.py",
        "fill_index",
    ): "indexes what an earlier release stored, nothing of it is told",
    ("domain/cases/operations/city.py", "_known"): "the city names its own reference",
    ("domain/tracking/queries.py", "case_of"): "the token itself is the right to the case",
}
"""Selects of scoped tables outside `visible_to`, each with its reason."""
_WRITERS = {"update", "delete", "insert"}


def _is_session_commit(call: ast.Call) -> bool:
    return called(call) == "commit"


def test_nothing_commits_but_the_unit_of_work() -> None:
    found = {m.name for m in modules() for call in calls(m.tree) if _is_session_commit(call)}

    assert found <= set(_COMMITS)


def test_no_room_reads_the_clock() -> None:
    clocks = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    found = [
        f"{module.name}:{call.lineno}"
        for module in modules("domain")
        for call in calls(module.tree)
        if (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and (call.func.value.id, call.func.attr) in clocks
        )
        or called(call) in {"now", "utcnow"}
    ]

    assert not found


def test_the_clock_is_read_in_one_place_of_the_floors_above() -> None:
    found = {m.name for m in modules("app", "components", "state") if re.search(r"\.(utcnow|now)\(", m.text)}

    assert found <= {"state/clock.py"}


def test_every_table_declares_its_personal_data() -> None:
    silent = [
        node.name
        for module in modules("domain")
        for node in module.classes()
        if node.name in tables() and not re.search(r"^\s*(no_pii|pii:)", ast.get_docstring(node) or "", re.MULTILINE)
    ]

    assert not silent


def test_sealed_columns_are_declared() -> None:
    """A table that says it holds no personal data has no sealed column."""
    for module in modules("domain"):
        for node in module.classes():
            if node.name in tables() and "no_pii" in (ast.get_docstring(node) or ""):
                assert "_sealed" not in ast.unparse(node), node.name


def test_the_status_of_a_subject_is_set_by_the_step_alone() -> None:
    found = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute)
        and part.attr == "status"
        and ast.unparse(part.value).endswith(("case", "subject"))
        and not ast.unparse(part.value).startswith("self")
    }

    assert found == {"domain/kernel/flow/taking.py"}


def _writes(module: Module) -> list[tuple[str, int]]:
    """List the tables that a file makes rows of, or changes by statement."""
    found: list[tuple[str, int]] = []
    for call in calls(module.tree):
        if isinstance(call.func, ast.Name) and call.func.id in tables():
            found.append((call.func.id, call.lineno))
        if (
            called(call) in _WRITERS
            and call.args
            and isinstance(call.args[0], ast.Name)
            and call.args[0].id in tables()
        ):
            found.append((call.args[0].id, call.lineno))
    return found


def test_a_rooms_tables_are_written_by_the_room_alone() -> None:
    strangers = [
        f"{module.name}:{line} writes {table}"
        for module in modules()
        for table, line in _writes(module)
        if module.room != tables()[table].room
    ]

    assert not strangers


def test_queries_and_rules_do_not_write() -> None:
    found = [
        f"{module.name}:{line} writes {table}"
        for module in modules("domain")
        if {"queries.py", "rules.py", "policy.py", "queries"} & set(module.name.split("/"))
        for table, line in _writes(module)
    ]

    assert not found


def _scoped_selects() -> set[tuple[str, str]]:
    """List the functions that select cases or visits without the word `visible_to`."""
    return {
        (module.name, function.name)
        for module in modules("domain", "app", "state", "components")
        for function in module.functions()
        for call in calls(function)
        if called(call) in {"select", "select_from", "Reading"}
        and any(names(argument) & _SCOPED for argument in call.args)
        and not {"visible_to", "seen"} & names(function)
    }


def test_cases_and_visits_are_read_within_reach() -> None:
    assert _scoped_selects() == set(_UNSCOPED)


def test_no_exception_is_swallowed() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(line, ast.Pass) for line in node.body)
    ]

    assert not found


def test_a_changed_calendar_reaches_the_cases() -> None:
    """Calendar and limits are changed by supervision, which renews what the cases show."""
    acts = {"confirm_year", "import_notice", "set_days", "set_pattern", "set_limit", "end_limit"}
    keepers = {"domain/calendar", "domain/supervision"}
    found: list[str] = []
    for module in modules():
        if module.room in keepers:
            continue
        imports = [node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom)]
        rooms = {
            alias.asname or alias.name
            for node in imports
            if str(node.module).startswith("domain.calendar")
            for alias in node.names
        }
        found += [f"{module.name}: {name}" for name in rooms & acts]
        found += [
            f"{module.name}:{node.lineno}"
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            if node.value.id in rooms and node.attr in acts
        ]

    assert not found
