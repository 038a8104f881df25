"""Commands that are run by the hundred: each in a process of its own, forked from one that has loaded the product.

To load the product takes a hundred times longer than to refuse an argument. What a command loads by itself is
tested where commands are started whole (`tests/launch/test_commands.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import typer

from app.cli import MATTERS, load, main
from tests.support.serving import ROOT
from tests.support.typography import HAN, halves


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    def sentence(self) -> str:
        """Give the one sentence a refusal consists of.

        :raises AssertionError: there is more, less, or something else
        """
        said = self.err.strip()
        assert "Traceback" not in self.err
        assert len(said.splitlines()) == 1, self.err
        assert said.endswith("。"), said
        assert said.count("。") == 1, said
        assert re.search(HAN, said), said
        assert halves(said) == []
        return said


class Forking:
    """A process that has loaded the product and forks itself for every command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.commands"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *words: str, given: Mapping[str, str] | None = None, typed: str = "", cwd: Path | None = None
    ) -> Ended:
        """Run a command with these settings and no others, and wait for its end."""
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            place = Path(name)
            (place / "in").write_text(typed, encoding="utf-8")
            environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self._folder), **(given or {})}
            order = {"words": words, "environment": environment, "cwd": str(cwd or self._folder), "place": name}
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            return Ended(status, (place / "out").read_text("utf-8"), (place / "err").read_text("utf-8"))

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@contextmanager
def forking(folder: Path) -> Generator[Forking]:
    """Give one for as long as it is needed."""
    made = Forking(folder)
    try:
        yield made
    finally:
        made.close()


def digest(folder: Path) -> str:
    """Give a digest of names and contents below a folder; the database's own files are counted by its rows."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if {"postgres", "lock"} & set(name.parts):
            continue
        made.update(name.as_posix().encode() + b"\0")
        if path.is_file():
            made.update(path.read_bytes())
    return made.hexdigest()


def registered() -> Iterator[str]:
    """Name every command as it is typed: those of each matter's file, whether the table of matters has them or not."""
    for file in dict.fromkeys(where.partition(".")[0] for where, _ in MATTERS.values()):
        for name, matter in vars(import_module(f"app.cli.{file}")).items():
            if isinstance(matter, typer.Typer):
                if matter.info.invoke_without_command is True:
                    yield _group(f"{file}.{name}")
                for found in matter.registered_commands:
                    told = found.name or getattr(found.callback, "__name__", "").replace("_jobs", "")
                    yield told if name == "app" else f"{_group(f'{file}.{name}')} {told}"


def _group(where: str) -> str:
    return next(name for name, (written, _) in MATTERS.items() if written == where)


def reader_of(command: str) -> Any:
    """Give what reads the arguments and options of a command."""
    found = load(command.split(maxsplit=1)[0])
    for name in command.split()[1:]:
        found = found.commands[name]
    return found


def _serve_orders(orders: IO[str], answers: IO[str]) -> None:
    for line in orders:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _become(order: Mapping[str, object]) -> None:
    """Be the command, to the end of the process."""
    place = Path(str(order["place"]))
    for number, (name, flags) in enumerate(
        (("in", os.O_RDONLY), *((n, os.O_WRONLY | os.O_CREAT) for n in ("out", "err")))
    ):
        os.dup2(os.open(place / name, flags, 0o600), number)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    environment = order["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(str(order["cwd"]))
    words = order["words"]
    assert isinstance(words, list)
    sys.argv = ["fengqiao", *words]
    status = 99
    try:
        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 98
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _load_all() -> None:
    for where, _ in MATTERS.values():
        import_module(f"app.cli.{where.partition('.')[0]}")
    for name in ("app.launch.server", "app.settings", "app.jobs.clock", "app.jobs.retention", "migrations.models"):
        import_module(name)


if __name__ == "__main__":
    _load_all()
    _serve_orders(sys.stdin, sys.stdout)
