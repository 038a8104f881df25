"""Every dependency has its reason in docs/dependencies.md, and nothing else stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    return {re.split(r"[\[<>=~!; ]", line)[0] for lines in lists for line in lines}


class TestTheDocument:
    def test_gives_a_reason_for_exactly_what_is_declared(self) -> None:
        text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
        assert set(re.findall(r"^\| `([\w-]+)` \| \S", text, re.MULTILINE)) == declared()
