"""What a process of the product owes to the one that started it: it ends with it, and says when it works.

A process is given descriptors by number, as words of its command: a pipe that closes when the starter is gone, a pipe
to say words on, the lock of the data folder, which it keeps only by having it open, and whatever it works with.
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

READY, ALIVE = "ready", "alive"
EVERY = 2.0
"""Seconds after which a process says again that it lives, from the loop in which it works."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Parent:
    """The process that started this one.

    :ivar told: the pipe on which this process says that it works and lives, or why it cannot
    :ivar handed: the descriptors of what it works with, such as the listening socket
    """

    told: int
    handed: tuple[int, ...]

    @classmethod
    def of(cls, words: Sequence[str]) -> Parent:
        """Take over what the starter hands on, and end with it from now on."""
        life, told, lock, *handed = (int(word) for word in words)
        for descriptor in (life, told, lock, *handed):
            os.set_inheritable(descriptor, False)
        os.set_blocking(told, False)
        end_with(life)
        return cls(told, tuple(handed))

    def say(self, word: str) -> None:
        """Say that this process works or lives, or why it cannot start.

        Where nobody is left to hear it, this process ends as well; where nobody listened for hours, one word less is
        no loss.
        """
        with suppress(BrokenPipeError, BlockingIOError):
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
