"""Who else has the case of a page open: kept in the database, so that it holds across processes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.refusals import NotFound
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import operations, queries
from domain.notices.rules import HEARTBEAT
from state.clock import now
from state.live import outlasting

BEAT = HEARTBEAT.total_seconds()
"""Seconds that a page waits at most until its next `beat`."""
KIND = "presence"
"""What the hub announces when somebody came or left; the subject is the case."""


async def beat(session: AsyncSession, actor: Actor, *, number: str, client: str) -> list[str]:
    """Say that this page still has the case open, and name the others who have.

    :raises NotFound: no such case within the actor's reach
    """
    at = now()
    await operations.enter(session, actor, number=number, client=client, at=at)
    return [str(other) for other in await queries.others(session, actor, number=number, at=at)]


async def gone(actor: Actor | None, *, number: str, client: str) -> None:
    """Say that a page no longer shows the case; it opens its own unit of work.

    It is called while a page ends: what it cannot note any more, the missing heartbeat tells.
    """
    if actor is None:
        return
    with outlasting():
        try:
            async with unit_of_work() as session:
                await operations.leave(session, actor, number=number, client=client)
        except NotFound:
            return
