"""What a process of the product owes to the one that started it: it ends with it, and says when it works.

A process is given descriptors by number, as words of its command: a pipe that closes when the starter is gone, a pipe
to say one word on, and the lock of the data folder, which it keeps only by having it open.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

READY = "ready"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Parent:
    """The process that started this one.

    :ivar told: the pipe on which this process says that it works, or why it cannot
    :ivar port: the listening socket, for a process that serves
    """

    told: int
    port: int

    @classmethod
    def of(cls, words: Sequence[str]) -> Parent:
        """Take over what the starter hands on, and end with it from now on."""
        life, told, lock, port = (int(word) for word in words)
        for descriptor in (life, told, lock, port):
            if descriptor >= 0:
                os.set_inheritable(descriptor, False)
        end_with(life)
        return cls(told, port)

    def say(self, word: str) -> None:
        """Say that this process works, or why it cannot start."""
        with suppress(BrokenPipeError):  # then nobody is left to hear it, and this process ends as well
            os.write(self.told, f"{word}\n".encode())


def end_with(life: int) -> None:
    """Kill this process as soon as the one that started it is gone, however that ended.

    The kernel does it where it can; the pipe covers a starter that was gone before the kernel was asked, and systems
    whose kernel cannot. Nothing is lost by it that was said to be done, and nothing goes on under a free lock.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_outlived, args=(life,), name="parent", daemon=True).start()


def _outlived(life: int) -> None:
    os.read(life, 1)  # nobody writes: it answers when the other end is closed
    os.kill(os.getpid(), signal.SIGKILL)
