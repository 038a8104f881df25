"""Deliberate breaks of the product: the suite must catch each of them, or it promises more than it keeps.

The lists lie beside this file, one for each kind of promise. An entry names what it breaks in one sentence, one place
of one file (`old`, which occurs there exactly once, becomes `new`), and the cheapest tests that must fail then. Run
them with `make mutants`; `tests/architecture/test_mutants.py` keeps the lists true to the code they break.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One break.

    :ivar breaks: the promise that no longer holds, in a sentence
    :ivar tests: files or node ids, without parameters
    """

    name: str
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def faults(self) -> list[str]:
        """Say why the break cannot be made any more, or what it names that is not there."""
        path = ROOT / self.file
        found = path.read_text(encoding="utf-8").count(self.old) if path.is_file() else 0
        faults = [] if found == 1 else [f"{self.name}: the old text occurs {found} times in {self.file}"]
        faults += [] if self.old != self.new else [f"{self.name}: changes nothing"]
        faults += [] if self.tests else [f"{self.name}: names no test"]
        return faults + [f"{self.name}: there is no {test}" for test in self.tests if not exists(test)]


def mutants() -> list[Mutant]:
    """Read all lists."""
    read = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).parent.glob("*.toml")))
    return [Mutant(**entry | {"tests": tuple(entry["tests"])}) for one in read for entry in one["mutant"]]


def exists(test: str) -> bool:
    """Tell whether a file holds the test that a node id names."""
    file, *names = test.split("::")
    path = ROOT / file
    if not re.fullmatch(r"tests/[\w/]+\.py", file) or not path.is_file():
        return False
    body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    for name in names:
        node = next((one for one in body if getattr(one, "name", "") == name), None)
        if node is None:
            return False
        body = getattr(node, "body", [])
    return True
