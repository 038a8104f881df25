"""The papers as somebody follows them: the commands that docs/operations.md writes, run as they stand there.

Whoever founds a county of one's own has no demo: here its code cannot even be loaded.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.serving import ROOT, Serving

PASSWORD = "Gruendung-" + "2026x"
LIST = "统计用区划代码,名称,级别,上级代码\n359800000000,某市,市,\n" + "".join(
    f"{code},{name},,\n"
    for code, name in (
        ("359821000000", "清江县"),
        ("359821100000", "柳岸镇"),
        ("359821100201", "上林村"),
        ("359821101000", "石门乡"),
        ("359821101201", "石门村"),
    )
)
"""A county in the form of the national list; no such county exists."""
_NO_DEMO = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "app.demo" or name.startswith("app.demo."):
            raise ImportError("a county of one's own needs nothing of the demo")
sys.meta_path.insert(0, Refuse())
"""


def first_steps() -> list[str]:
    """Give the commands under "First steps" that found a county, without the one that serves it."""
    papers = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = papers.partition("## First steps\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("fengqiao ") and line != "fengqiao serve"]


@dataclass
class Founding:
    """An empty machine: a folder, and nothing in it but the list of areas."""

    folder: Path
    given: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        guard = self.folder / "guard"
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(_NO_DEMO, encoding="utf-8")
        (self.folder / "areas.csv").write_text(LIST, encoding="utf-8")
        self.settings = {"PYTHONPATH": str(guard), "DEMO": "0", **self.given}
        self.product = Serving(self.folder / "data", self.settings)

    def type(self, line: str, **given: str) -> str:
        """Run a line of the papers in a process of its own; a password that it asks for is given.

        :raises AssertionError: it failed
        """
        done = self._run("-m", "app.cli", *shlex.split(line)[1:], **given)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def knows_no_demo(self) -> bool:
        """Tell whether the demo is out of reach here."""
        return "nothing of the demo" in self._run("-c", "import app.demo").stderr

    def _run(self, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
        """Run a program without a terminal, so that it reads passwords from what it is given."""
        path = f"{self.settings['PYTHONPATH']}{os.pathsep}{ROOT}"
        own = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self.folder / "data"),
            **self.settings,
            "PYTHONPATH": path,
            **given,
        }
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=own,
            input=f"{PASSWORD}\n{PASSWORD}\n",
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )

    def type_all(self, *, until: str = "", since: str = "") -> None:
        """Run the lines of the papers in their order, those before the first with a word, or from it on."""
        lines = first_steps()
        place = next(at for at, line in enumerate(lines) if (until or since) in line)
        for line in lines[:place] if until else lines[place:]:
            self.type(line)
