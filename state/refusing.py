"""Refusals as lines of the journal, so many a minute for each account and the rest as a number.

The refused act is taken back whole, its line therefore comes in a unit of work of its own; without a
limit whoever is refused could keep everybody waiting for the journal.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.audit.operations import note_refusal
from domain.kernel.actor import Actor
from domain.kernel.unit_of_work import unit_of_work

MOST, WINDOW = 20, timedelta(minutes=1)
REMEMBERED = 5000
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Count:
    """Count one account's refusals of the running minute, and those that went unwritten."""

    since: datetime
    written: int = 0
    unwritten: int = 0


_counts: OrderedDict[UUID, _Count] = OrderedDict()


async def note(actor: Actor, where: str, *, at: datetime) -> None:
    """Write a refusal down, or count it for the next line.

    A database that is away is no reason to answer otherwise: the refusal stands in the log then.
    """
    more = _due(actor.account_id, at)
    _log.info("refused", account=str(actor.account_id), where=where)
    if more is None:
        return
    try:
        async with unit_of_work() as session:
            await note_refusal(session, actor, where, at=at, more=more)
    except (DBAPIError, PoolTimeout) as error:
        _log.warning("refusal.not_written", error=type(error).__name__)


def _due(account_id: UUID, at: datetime) -> int | None:
    """How many went unwritten before, if this one is to be written; none if it is not."""
    count = _counts.get(account_id)
    if count is None or at - count.since >= WINDOW:
        unwritten = count.unwritten if count else 0
        _counts[account_id] = _Count(at, 1)
        _counts.move_to_end(account_id)
        while len(_counts) > REMEMBERED:
            _counts.popitem(last=False)
        return unwritten
    if count.written >= MOST:
        count.unwritten += 1
        return None
    count.written += 1
    return 0
