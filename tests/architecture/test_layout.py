"""Floors, rooms and sizes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Module, length, modules

MAX_FUNCTION, MAX_PAGE, MAX_FILE = 40, 60, 400
ROOM_FILES = {
    "__init__", "models", "schemas", "workflow", "rules", "policy", "queries", "operations", "events",
    # what enters, where it is more than a few forms (decision 0029)
    "inputs",
    # cases alone: its words, its list of matters, the wording of its journal, its configured processes, its answers,
    # a sentence for each step
    "vocabulary", "categories", "notes", "process", "answering", "helps",
    # orgs alone: the security values in force; notices alone: whether and when messages go out
    "policy_values", "sending",
    # audit alone: the values inside a line of the journal, in words
    "wording",
}  # fmt: skip
ROOMS = sorted(path.name for path in (ROOT / "domain").iterdir() if (path / "__init__.py").exists())


def test_imports_keep_the_contracts() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    "floor", ["domain", "state", "components", "integrations", "analytics", "device_bridge", "app"]
)
def test_files_and_functions_stay_short(floor: str) -> None:
    long: list[str] = []
    for module in modules(floor):
        most = MAX_PAGE if module.name.startswith("app/pages/") else MAX_FUNCTION
        long += [f"{module.name} {f.name}: {length(f)}" for f in module.functions() if length(f) > most]
        lines = len(module.text.splitlines())
        long += [f"{module.name}: {lines}"] if lines > MAX_FILE else []

    assert not long


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_tells_what_it_is_for(room: str) -> None:
    import ast

    said = ast.get_docstring(Module(ROOT / "domain" / room / "__init__.py").tree) or ""

    assert len(said.splitlines()) >= 3


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "kernel"])
def test_a_room_has_no_files_but_those_of_the_house(room: str) -> None:
    found = {path.stem for path in (ROOT / "domain" / room).iterdir() if path.suffix == ".py" or path.is_dir()}

    assert found - {"__pycache__"} <= ROOM_FILES


@pytest.mark.parametrize("room", ROOMS)
def test_the_glossary_knows_the_room(room: str) -> None:
    assert room in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


UPPER = {
    "kit": "what every room draws and reads with",
    "processes": "arranges the processes of cases, which are data there",
}
"""Rooms of the upper floors that the domain has not under that name, each with its reason."""


@pytest.mark.parametrize("floor", ["state", "components", "app/pages"])
def test_a_room_has_one_name_on_every_floor(floor: str) -> None:
    found = {path.name for path in (ROOT / floor).iterdir() if (path / "__init__.py").exists()}

    assert found <= {*ROOMS, *UPPER}
