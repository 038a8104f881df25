"""Print the tests near what was changed: `make near` runs them; `make test` and CI run everything.

Near is a test file that lies in the folder that mirrors a changed one, or that imports a changed module, or one
that imports it inside the same package, by itself; a changed test is near itself. The rules of the architecture go
along always. Journeys, attacks, leaks and starts of the product are left to `make test`, unless they were changed.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FAR = ("tests/journeys", "tests/redteam", "tests/leaks", "tests/launch", "tests/benchmarks", "tests/demo")
ALWAYS = ("tests/architecture",)


def changed(base: str = "HEAD") -> set[str]:
    """List the files that differ from a commit, untracked ones among them."""
    words = (["git", "diff", "--name-only", base], ["git", "ls-files", "--others", "--exclude-standard"])
    return {
        n for w in words for n in subprocess.run(w, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    }


def module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(path: Path) -> set[str]:
    """List the modules a file names in its imports, `from a import b` as a and as a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def near(files: set[str]) -> list[str]:
    """Choose the test files."""
    modules = {module(f) for f in files if f.endswith(".py")}
    # whoever imports a changed module inside its own package changes with it
    for path in [p for m in list(modules) for p in (ROOT / m.replace(".", "/")).parent.rglob("*.py")]:
        if imported(path) & modules:
            modules.add(module(str(path.relative_to(ROOT))))
    homes = {f"tests/{Path(f).parent}" for f in files}
    rooms = {Path(f).parent.name for f in files if f.startswith(("state/", "app/pages/"))}
    chosen = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = str(path.relative_to(ROOT))
        own = name in files
        by_room = name.startswith("tests/state/") and any(path.stem.startswith(f"test_{room}") for room in rooms)
        by_place = str(Path(name).parent) in homes and not name.startswith("tests/state/")
        if own or (not name.startswith(FAR) and (by_room or by_place or imported(path) & modules)):
            chosen.append(name)
    return [*ALWAYS, *chosen]


if __name__ == "__main__":
    sys.stdout.write("\n".join(near(changed(*sys.argv[1:]))) + "\n")
