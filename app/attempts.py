"""Requests that are turned away, as lines of the log: so many a minute for each address, and the rest as a number.

Who is signed in and refused stands in the journal (state/refusing.py). What is turned away before that - a forged
token, another site's page, an address that leads nowhere, a connection that says nothing - has no person to name;
it is told here by kind, address and pattern of the route, never by what was sent. Without a limit whoever attacks
could roll the lines of the day out of the log.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog

MOST, WINDOW = 30, 60.0
"""Lines of one kind from one address, in so many seconds."""
REMEMBERED = 5000
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Count:
    """Count one address's attempts of a kind since a moment, and those that went untold."""

    since: float
    told: int = 0
    untold: int = 0


_counts: OrderedDict[tuple[str, str, str], _Count] = OrderedDict()


def note(kind: str, address: str, code: str = "", **facts: str) -> None:
    """Tell the log of an attempt, or count it for the next line of its kind and code.

    :param kind: a word such as `request.refused`
    :param code: why, in one word; `facts` say more, in words of the product alone
    """
    untold = _due((kind, code, address), time.monotonic())
    if untold is not None:
        _log.info(kind, address=address, code=code, **facts, **({"untold": untold} if untold else {}))


def _due(key: tuple[str, str, str], at: float) -> int | None:
    """How many went untold before, if this one is to be told; none if it is not."""
    count = _counts.get(key)
    if count is None or at - count.since >= WINDOW:
        _counts[key] = _Count(at, 1)
        _counts.move_to_end(key)
        while len(_counts) > REMEMBERED:
            _counts.popitem(last=False)
        return count.untold if count else 0
    if count.told >= MOST:
        count.untold += 1
        return None
    count.told += 1
    return 0
