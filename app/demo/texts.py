"""The written material of the demo county: matters with slots, opinions, answers.

Both files are plain text: a line `[name …]` begins a section, every other line is one
entry. A matter reads `title | facts`; its section names category, weight, the
department in charge and one that helps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from domain.cases.categories import CATEGORIES, Kind

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Template:
    """One matter to be told: its texts hold slots like `{village}`."""

    category: str
    kind: Kind
    lead: str
    helper: str
    title: str
    facts: str


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Read the sentences by section."""
    return {name: tuple(lines) for name, lines in _sections("words.txt")}


@cache
def _templates() -> tuple[tuple[Template, ...], tuple[float, ...]]:
    found: list[Template] = []
    weights: list[float] = []
    for head, lines in _sections("matters.txt"):
        category, weight, lead, helper = head.split()
        for line in lines:
            title, facts = line.split(" | ")
            found.append(Template(category, CATEGORIES[category].kind, lead, helper, title, facts))
            weights.append(int(weight) / len(lines))
    return tuple(found), tuple(weights)


def template(rng: Random) -> Template:
    """Draw a matter, the frequent categories more often."""
    found, weights = _templates()
    return rng.choices(found, weights)[0]


def say(rng: Random, section: str, kind: Kind | None = None) -> str:
    """Draw a sentence of a section, of the matter's kind where the section has kinds."""
    return rng.choice(words()[f"{section}.{kind.value}" if kind else section])


def _sections(name: str) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = []
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections.append((line.strip("[]"), []))
        elif line.strip():
            sections[-1][1].append(line.strip())
    return sections
