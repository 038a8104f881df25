"""What a job could not do: logged, left to the next pass, and told to the command that ran the pass.

One piece of work that fails must not hold up the others, and must not be lost either. Every job that goes on after
a failure notes it here; a loop of the server goes on, a command ends with what was gathered.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from app import causes

if TYPE_CHECKING:
    from collections.abc import Generator

_gathered: ContextVar[Counter[str] | None] = ContextVar("gathered_failures", default=None)


def note(event: str, label: str, **fields: Any) -> None:
    """Note a piece of work that failed, with the exception at hand.

    :param event: the line of the log
    :param label: what kind of work it was, in the words of an operator
    """
    causes.log(event, **fields)
    count(label)


def count(label: str) -> None:
    """Note a piece of work that failed in an expected way, and stands with its reason elsewhere."""
    gathered = _gathered.get()
    if gathered is not None:
        gathered[label] += 1


@contextmanager
def gathered() -> Generator[Counter[str]]:
    """Gather, by kind of work, what fails in here."""
    found: Counter[str] = Counter()
    before = _gathered.set(found)
    try:
        yield found
    finally:
        _gathered.reset(before)
