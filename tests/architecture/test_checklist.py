"""The security checklist is whole: every ASVS requirement has its row, and what a row names exists."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

_TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_LEVELS_1_AND_2 = {
    "V1.1": 2, "V1.2": 9, "V1.3": 11, "V1.4": 3, "V1.5": 2,
    "V2.1": 3, "V2.2": 3, "V2.3": 4, "V2.4": 1,
    "V3.2": 2, "V3.3": 4, "V3.4": 6, "V3.5": 5, "V3.7": 2,
    "V4.1": 3, "V4.2": 1, "V4.3": 2, "V4.4": 4,
    "V5.1": 1, "V5.2": 3, "V5.3": 2, "V5.4": 3,
    "V6.1": 3, "V6.2": 12, "V6.3": 4, "V6.4": 4, "V6.5": 5, "V6.6": 3, "V6.8": 4,
    "V7.1": 3, "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 2, "V7.6": 2,
    "V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1,
    "V9.1": 3, "V9.2": 4,
    "V10.1": 2, "V10.2": 2, "V10.3": 4, "V10.4": 11, "V10.5": 5, "V10.6": 2, "V10.7": 3,
    "V11.1": 2, "V11.2": 3, "V11.3": 3, "V11.4": 4, "V11.5": 1, "V11.6": 1,
    "V12.1": 3, "V12.2": 2, "V12.3": 4,
    "V13.1": 1, "V13.2": 5, "V13.3": 2, "V13.4": 5,
    "V14.1": 2, "V14.2": 4, "V14.3": 3,
    "V15.1": 3, "V15.2": 3, "V15.3": 7,
    "V16.1": 1, "V16.2": 5, "V16.3": 4, "V16.4": 3, "V16.5": 3,
    "V17.1": 1, "V17.2": 4, "V17.3": 2,
}  # fmt: skip
"""ASVS 5.0.0: in every section the requirements of level 1 and 2 are numbered from 1 without a gap."""


def _listed() -> list[str]:
    found: list[str] = []
    for section, first, last in re.findall(r"^\| (V\d+\.\d+)\.(\d+)(?:–(\d+))? \|", _TEXT, re.MULTILINE):
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def test_every_requirement_has_one_row() -> None:
    wanted = [f"{section}.{number}" for section, most in _LEVELS_1_AND_2.items() for number in range(1, most + 1)]

    assert _listed() == wanted


def test_what_is_named_exists() -> None:
    named = set(re.findall(r"`((?:app|components|state|domain|integrations|tests|docs)/[\w./-]+)`", _TEXT))
    named |= {f"docs/{link}" for link in re.findall(r"\]\(((?:decisions/)?[\w.-]+\.md)\)", _TEXT)}
    missing = sorted(name for name in named if not (ROOT / name).exists())

    assert len(named) > 60
    assert not missing


def test_every_clause_of_the_computing_environment_is_there() -> None:
    assert {int(number) for number in re.findall(r"^\| 8\.1\.4\.(\d+)", _TEXT, re.MULTILINE)} == set(range(1, 12))
