"""Break a copy of the tree, one deliberate fault at a time, and tell which test caught it: `make mutants`.

The named tests must pass unbroken first. A break counts as caught when one of its tests fails; tests that could not
be collected or set up judge nothing. Whatever survives, or was not judged, ends the command with 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.mutants import ROOT, Mutant, mutants

FAILED = re.compile(r"^FAILED (?:tests/)?(.+?)(?: - .*)?$", re.MULTILINE)
PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "xdist.plugin")
"""What the suite needs; loading all that are installed would take a third of the time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a break, in words, and how long it took."""

    name: str
    caught: bool
    words: str
    seconds: float


def copy_of_tree(target: Path) -> None:
    """Copy the files as they stand, whether committed or not; the environment is shared."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")


def pytest(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run some tests of a tree, with the modules of that tree alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SOAK"))}
    plugins = [word for name in ("no:cacheprovider", *PLUGINS) for word in ("-p", name)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *words],
        cwd=tree,
        env=environment | {"PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def judge(tree: Path, mutant: Mutant) -> Judged:
    """Make a break, run its tests, and mend it."""
    path = tree / mutant.file
    whole = path.read_text(encoding="utf-8")
    began = time.monotonic()
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        done = pytest(tree, "-x", *mutant.tests)
    finally:
        path.write_text(whole, encoding="utf-8")
    seconds = time.monotonic() - began
    failed = FAILED.search(done.stdout)
    if done.returncode == 1 and failed:
        return Judged(mutant.name, True, failed[1], seconds)
    if done.returncode == 0:
        return Judged(mutant.name, False, "SURVIVED", seconds)
    tail = (done.stdout + done.stderr).strip().splitlines()[-1:]
    return Judged(mutant.name, False, f"NOT JUDGED ({done.returncode}): {' '.join(tail)}", seconds)


def judge_somewhere(free: Queue[Path], mutant: Mutant) -> Judged:
    """Judge a break in a tree that nobody else breaks meanwhile, and say how it ended."""
    tree = free.get()
    try:
        judged = judge(tree, mutant)
    finally:
        free.put(tree)
    say(f"{judged.name:44} {judged.seconds:6.1f} s  {judged.words}")
    return judged


def require_passing(tree: Path, wanted: list[Mutant]) -> None:
    """End the command where a named test fails though nothing is broken: it would prove nothing."""
    done = pytest(tree, *dict.fromkeys(test for one in wanted for test in one.tests))
    if done.returncode != 0:
        sys.exit(f"the tests must pass before anything is broken:\n{done.stdout[-4000:]}{done.stderr[-1000:]}")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def chosen(names: list[str]) -> list[Mutant]:
    """Take the named breaks, all without a name; refuse what cannot be made."""
    known = mutants()
    wanted = [one for one in known if not names or one.name in names]
    faults = [f"there is no {name}" for name in names if name not in {one.name for one in known}]
    if faults := faults + [fault for one in wanted for fault in one.faults()]:
        sys.exit("\n".join(faults))
    return wanted


def main(names: list[str]) -> int:
    """Judge the named breaks, `TEST_WORKERS` at a time, and say how each ended."""
    wanted, workers, began = chosen(names), max(1, int(os.environ.get("TEST_WORKERS", "1"))), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        trees = [Path(folder) / str(place) for place in range(workers)]
        for tree in trees:
            copy_of_tree(tree)
        require_passing(trees[0], wanted)
        say(f"{'unbroken':44} {time.monotonic() - began:6.1f} s  passed")
        free: Queue[Path] = Queue()
        for tree in trees:
            free.put(tree)
        with ThreadPoolExecutor(workers) as pool:
            judged = list(pool.map(lambda mutant: judge_somewhere(free, mutant), wanted))
    escaped = [one.name for one in judged if not one.caught]
    say(f"{len(judged) - len(escaped)} of {len(judged)} caught in {time.monotonic() - began:.0f} s")
    for name in escaped:
        say(f"not caught: {name}")
    return int(bool(escaped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
