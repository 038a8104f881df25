"""What is late, and what of it is a card: pure decisions (requirement 2, 工作督办; rulings 1 to 4)."""

from __future__ import annotations

from datetime import datetime

from domain.calendar.models import Deadline, Link
from domain.cases.models import Case
from domain.cases.vocabulary import Status
from domain.supervision.models import Level

CARDED = frozenset({Link.ACCEPT, Link.FEEDBACK})
"""Links whose breach by the lead is a card (decision 0007)."""
UNTOUCHED = (Status.DRAFT, Status.VOID)
"""Statuses in which nothing is late, not even what was once."""


def late(deadline: Deadline, level: Level, at: datetime) -> bool:
    """Tell whether a clock passed a level while it ran.

    A clock that was stopped, or paused before that, ran until then.
    """
    if deadline.stopped_at is None and deadline.paused_at is not None:
        return False
    ran_until = at if deadline.stopped_at is None else deadline.paused_at or deadline.stopped_at
    return moment(deadline, level) < min(at, ran_until)


def moment(deadline: Deadline, level: Level) -> datetime:
    """Give the moment at which a clock reaches a level."""
    return deadline.yellow_at if level is Level.YELLOW else deadline.red_at


def touched(deadline: Deadline, case: Case) -> bool:
    """Tell whether lateness counts at all: not of legacy, merged, void or closed cases.

    A clock that was stopped late still counts when the case has been closed meanwhile.
    """
    if case.legacy or case.merged_into_id is not None or case.status in UNTOUCHED:
        return False
    return deadline.stopped_at is not None or case.status is not Status.CLOSED


def carded(deadline: Deadline, level: Level) -> bool:
    """Tell whether a breach is a card: acceptance and first feedback of the lead alone.

    The yellow of a case both major and urgent is a notice (ruling 2).
    """
    strict = deadline.severe and deadline.link is Link.ACCEPT
    return deadline.holder_id is None and deadline.link in CARDED and not (strict and level is Level.YELLOW)
