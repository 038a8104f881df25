"""The supervisor: it holds the database, the web processes and the jobs process, and starts again whichever dies.

It does no work of its own, so that nothing but an order ends it. What it started ends with it (`app.launch.parent`).
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Protocol

import structlog

from app.launch.errors import CannotStart
from app.launch.parent import ALIVE, READY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.launch.postgres import Postgres

TICK = 0.5
"""Seconds between two looks; a process that dies or says something is looked at at once."""
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a process is started again, by how often in a row it died; a database that does not start alike."""
CALM = 60.0
"""Seconds after which a process that died before counts as sound."""
SILENT = 30.0
"""Seconds without a sign of life after which a process that works counts as hung, and is killed."""
STALL = 5.0
"""Seconds between two looks after which the supervisor itself stood still, and nobody else's silence counts: a machine
that was suspended wakes all of its processes at once."""
_log = structlog.get_logger(__name__)


class Part(Protocol):
    """Something that is held up."""

    ready: bool

    def look(self) -> None:
        """Look whether it runs, and start it if it does not and its time has come."""

    def hears(self) -> list[int]:
        """Give the descriptors on which it may have something to say."""
        ...


class Again:
    """When something that died may be started again."""

    def __init__(self) -> None:
        self._deaths = 0
        self._at = 0.0

    def died(self, lived: float) -> float:
        """Note a death after so many seconds of life, and give the pause that follows."""
        self._deaths = 1 if lived >= CALM else self._deaths + 1
        pause = PAUSES[min(self._deaths, len(PAUSES)) - 1]
        self._at = time.monotonic() + pause
        return pause

    def due(self) -> bool:
        """Tell whether it may be started now."""
        return time.monotonic() >= self._at


class Child:
    """A process of the product.

    :ivar ready: whether it said that it works
    """

    def __init__(
        self,
        name: str,
        label: str,
        module: str,
        *handed: int,
        silent: float | None = None,
        died: Callable[[], None] | None = None,
    ) -> None:
        """Name what is to run; nothing is started yet.

        :param name: as the log calls it; `label` as people do
        :param handed: the descriptor that holds the data folder, and those that it works with
        :param silent: seconds without a sign of life after which it is killed; none for one that gives none
        :param died: called after each death
        """
        self.name, self.ready = name, False
        self._label, self._module, self._handed, self._silent, self._on_death = label, module, handed, silent, died
        self._process: subprocess.Popen[bytes] | None = None
        self._pipes: tuple[int, ...] = ()
        self._again, self._began, self._worked = Again(), 0.0, False
        self._said, self._part = list[bytes](), b""
        self._heard = self._looked = time.monotonic()

    def look(self) -> None:
        """Hear what it says, note its end, start it if it is time.

        :raises CannotStart: it ended before it ever worked
        """
        if self._process is None:
            if self._again.due():
                self._start()
            return
        self._hear()
        self._kill_hung(self._process)
        if self._process.poll() is not None:
            self._died(self._process)

    def hears(self) -> list[int]:
        """Give the pipe on which it says that it works; it closes when the process ends."""
        return [self._pipes[1]] if self._pipes else []

    def ask_to_end(self) -> None:
        """Ask it to end in order."""
        if self._process:
            self._process.terminate()

    def end(self, seconds: float) -> None:
        """Wait for its end, and no longer than that."""
        if self._process is None:
            return
        try:
            self._process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            _log.warning(f"{self.name}.killed", process=self._process.pid)
            self._process.kill()
            self._process.wait()
        self._close()

    def _start(self) -> None:
        life, alive = os.pipe()
        heard, told = os.pipe()
        os.set_blocking(heard, False)
        handed = (life, told, *self._handed)
        # A group of its own: Ctrl-C is for the supervisor, which ends the others in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", self._module, *map(str, handed)],
            pass_fds=handed,
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        self._pipes, self._began = (alive, heard), time.monotonic()
        self._said, self._part = [], b""
        os.close(life)
        os.close(told)
        if self._worked:
            _log.info(f"{self.name}.started", process=self._process.pid)

    def _hear(self) -> None:
        try:
            said = os.read(self._pipes[1], 4096)
        except BlockingIOError:
            return
        self._heard = time.monotonic()
        *words, self._part = (self._part + said).split(b"\n")
        for word in words:
            if word == READY.encode():
                self.ready = self._worked = True
            elif word != ALIVE.encode():
                self._said.append(word)
        if not said and self._process:
            self._process.wait()  # the pipe closes at its end alone

    def _kill_hung(self, process: subprocess.Popen[bytes]) -> None:
        at, before = time.monotonic(), self._looked
        self._looked = at
        if at - before > STALL:
            self._heard = at
        if self.ready and self._silent and at - self._heard > self._silent and process.poll() is None:
            _log.error(f"{self.name}.hung", process=process.pid, silent=round(at - self._heard))
            process.kill()
            process.wait()

    def _died(self, process: subprocess.Popen[bytes]) -> None:
        self._close()
        if not self._worked:
            raise CannotStart(self._why(process.returncode))
        pause = self._again.died(time.monotonic() - self._began)
        _log.error(f"{self.name}.died", process=process.pid, **_how(process.returncode), again_in=pause)
        if self._on_death:
            self._on_death()

    def _why(self, status: int) -> str:
        """Give the sentence that it said itself, else how it ended."""
        said = b"\n".join([*self._said, self._part]).decode(errors="replace").strip()
        how = f"信号 {-status}" if status < 0 else f"退出码 {status}"
        return said or f"{self._label}在启动时意外结束（{how}），原因见上面的日志。"

    def _close(self) -> None:
        for pipe in self._pipes:
            os.close(pipe)
        self._process, self._pipes, self.ready = None, (), False


class Database:
    """The embedded database, which somebody started before."""

    ready = True

    def __init__(self, server: Postgres) -> None:
        self._server, self._again, self._gone = server, Again(), False
        self._began = time.monotonic()

    def look(self) -> None:
        """Start it where it is gone; whoever was connected connects again."""
        if self._server.pid() is not None:
            return
        if not self._gone:
            self._gone = True
            _log.error("database.died")
            self._again.died(time.monotonic() - self._began)
        if not self._again.due():
            return
        try:
            self._server.start_again()
        except CannotStart as fault:
            _log.error("database.not_started", said=fault.message, again_in=self._again.died(0.0))
        else:
            _log.warning("database.started", process=self._server.pid())
            self._gone, self._began = False, time.monotonic()

    def hears(self) -> list[int]:
        """Give nothing: a server that is gone says nothing, it is asked for."""
        return []


class Supervisor:
    """All parts of a running product, until somebody asks it to end."""

    def __init__(self, parts: Sequence[Part], say: Callable[[], None]) -> None:
        """Hold some parts up; `say` is called once, when all of them work for the first time."""
        self._parts, self._say = parts, say

    def run(self) -> None:
        """Look after the parts for ever; a signal that asks for the end raises out of here.

        :raises CannotStart: a process ended before it ever worked
        """
        said = False
        while True:
            for part in self._parts:
                part.look()
            if not said and all(part.ready for part in self._parts):
                said = True
                self._say()
            select.select([one for part in self._parts for one in part.hears()], [], [], TICK)


def end(children: Sequence[Child], seconds: float) -> None:
    """End some processes together, within so many seconds."""
    until = time.monotonic() + seconds
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end(until - time.monotonic())


def _how(status: int) -> dict[str, int | str]:
    if status >= 0:
        return {"status": status}
    try:
        return {"signal": signal.Signals(-status).name}
    except ValueError:
        return {"signal": str(-status)}
