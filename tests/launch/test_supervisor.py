"""One process under the supervisor: how it starts, dies, comes back and ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.launch import lock, supervisor
from app.launch.errors import CannotStart, Stopped
from app.launch.supervisor import CALM, PAUSES, Again, Child, Supervisor, end
from tests.support.processes import alive
from tests.support.serving import ROOT

STARTER = """
import os, signal, sys, time
from app.launch import lock
from app.launch.supervisor import Child
from pathlib import Path
with lock.hold(Path(sys.argv[1])) as held:
    child = Child("child", "", "tests.support.child", held)
    while not child.ready:
        child.look()
        time.sleep(0.02)
    print(child._process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def held(tmp_path: Path) -> Generator[int]:
    with lock.hold(tmp_path) as descriptor:
        yield descriptor


@pytest.fixture
def child(held: int, monkeypatch: pytest.MonkeyPatch) -> Generator[Child]:
    """Give a process, not yet started; it is gone after the test."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made = Child("child", "某进程", "tests.support.child", held)
    yield made
    end([made], 0.0)


def looked_at(child: Child) -> bool:
    child.look()
    return child.ready


@pytest.mark.parametrize(("behaves", "said"), [("refuses", "^没有钥匙。$"), ("breaks", "某进程在启动时.*退出码 3")])
def test_one_that_never_worked_ends_the_start_with_a_sentence(
    child: Child, monkeypatch: pytest.MonkeyPatch, behaves: str, said: str
) -> None:
    monkeypatch.setenv("BEHAVES", behaves)
    with pytest.raises(CannotStart, match=said):
        Supervisor([child], lambda: pytest.fail("it is not ready")).run()


def test_one_that_worked_is_started_again_and_the_log_says_how_it_died(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.1))
    monkeypatch.setenv("BEHAVES", "dies")
    died: list[int] = []
    child._on_death = lambda: died.append(1)
    with capture_logs() as told:
        wait_for(lambda: (child.look(), len(died) >= 3)[1])
        monkeypatch.setenv("BEHAVES", "")
        wait_for(lambda: looked_at(child))
    deaths = [(one["signal"], one["again_in"]) for one in told if one["event"] == "child.died"]
    assert deaths[:3] == [("SIGKILL", 0.0), ("SIGKILL", 0.1), ("SIGKILL", 0.1)]


def test_pauses_grow_to_a_bound_and_a_long_life_forgets_them() -> None:
    again = Again()
    assert again.due()
    assert [again.died(1.0) for _ in range(8)] == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    assert not again.due()
    assert again.died(CALM) == PAUSES[0]
    assert sorted(PAUSES) == list(PAUSES)


def test_ready_is_said_once_when_all_work(child: Child) -> None:
    said: list[str] = []
    looks = iter(range(5))

    class Asking:
        """Asks for the end after some looks of a product that works."""

        ready = True

        def look(self) -> None:
            if said and next(looks, None) is None:
                raise Stopped

        def hears(self) -> list[int]:
            return []

    with pytest.raises(Stopped):
        Supervisor([child, Asking()], lambda: said.append("ready")).run()
    assert said == ["ready"]
    assert child.ready


def test_one_that_does_not_end_is_killed_and_the_log_says_so(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEHAVES", "deaf")
    wait_for(lambda: looked_at(child))
    with capture_logs() as told:
        end([child], 0.2)
    assert [one["event"] for one in told] == ["child.killed"]
    assert not child.ready


def test_one_that_hangs_is_killed_and_started_again_and_the_log_says_so(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("BEHAVES", "hangs")
    child = Child("child", "某进程", "tests.support.child", held, silent=0.5)
    try:
        with capture_logs() as told:
            wait_for(lambda: (child.look(), any(one["event"] == "child.died" for one in told))[1])
            monkeypatch.setenv("BEHAVES", "")
            wait_for(lambda: looked_at(child))
    finally:
        end([child], 0.0)
    assert [one["event"] for one in told][:2] == ["child.hung", "child.died"]


def test_whoever_stood_still_itself_holds_nobodys_silence_against_them(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a machine was suspended: the supervisor looks before the others came to say anything."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    child = Child("child", "某进程", "tests.support.child", held, silent=30.0)
    try:
        wait_for(lambda: looked_at(child))
        assert child._process
        os.kill(child._process.pid, signal.SIGSTOP)
        while child.hears() and select.select(child.hears(), [], [], 0.2)[0]:
            child.look()
        child._heard = child._looked = time.monotonic() - 3600
        with capture_logs() as told:
            child.look()
        assert child.ready
        assert told == []
        child._heard = time.monotonic() - 31
        with capture_logs() as told:
            child.look()
        assert [one["event"] for one in told] == ["child.hung", "child.died"]
    finally:
        end([child], 0.0)


@pytest.mark.parametrize("behaves", ["", "without the kernel"])
def test_it_ends_with_a_starter_that_was_killed_and_the_folder_is_free(tmp_path: Path, behaves: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", STARTER, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "BEHAVES": behaves},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert started.returncode == -signal.SIGKILL
    left = int(started.stdout)
    try:
        wait_for(lambda: not alive(left))
        assert not lock.is_held(tmp_path)
    finally:
        with suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)


def test_the_folder_is_held_by_who_is_left(tmp_path: Path) -> None:
    with lock.hold(tmp_path) as first:
        left = os.dup(first)
    assert lock.is_held(tmp_path)
    os.close(left)
    assert not lock.is_held(tmp_path)
