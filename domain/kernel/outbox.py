"""The outbox: what others must hear of, written in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from domain.kernel.models import OutboxMessage

RETRY_MINUTES = (1, 5, 15, 60, 60)
"""Waits after each failure (workflow ruling §5); after the last one the message stands failed."""
AHEAD = timedelta(minutes=5)
"""Nothing is made so far in the future; several machines' clocks differ by less."""


def publish(
    session: AsyncSession, topic: str, subject_id: UUID, payload: Mapping[str, Any], *, at: datetime
) -> OutboxMessage:
    """Write one message; it is delivered at least once after the commit."""
    message = OutboxMessage(topic=topic, subject_id=subject_id, payload=dict(payload), created_at=at, next_try_at=at)
    session.add(message)
    return message


def due(next_try: Mapped[datetime], created: Mapped[datetime], at: datetime) -> ColumnElement[bool]:
    """Give the condition of what is to be tried at a moment.

    What a clock that was wrong dated ahead is tried now, and not when that moment comes. Once tried it waits as any.
    """
    return or_(next_try <= at, and_(created > at + AHEAD, next_try >= created))


async def take_due(session: AsyncSession, *, at: datetime, limit: int = 20) -> list[OutboxMessage]:
    """Lock the messages that are due, and those that a clock which was wrong dated ahead; other workers skip them."""
    query = (
        select(OutboxMessage)
        .where(
            col(OutboxMessage.done_at).is_(None),
            col(OutboxMessage.failed_at).is_(None),
            due(col(OutboxMessage.next_try_at), col(OutboxMessage.created_at), at),
        )
        .order_by(col(OutboxMessage.next_try_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(await session.scalars(query))


def mark_done(message: OutboxMessage, *, at: datetime) -> None:
    """Mark a message delivered; call it after the delivery succeeded."""
    message.done_at = at
    message.last_error = ""


def mark_retry(message: OutboxMessage, error: str, *, at: datetime) -> None:
    """Put a failed delivery back, later each time, until it stands failed."""
    message.attempts += 1
    message.last_error = error[:500]
    if message.attempts > len(RETRY_MINUTES):
        message.failed_at = at
        return
    message.next_try_at = at + timedelta(minutes=RETRY_MINUTES[message.attempts - 1])


@dataclass(frozen=True, slots=True)
class Backlog:
    """Say what waits to be delivered: `oldest` is when the first due message was written."""

    waiting: int
    oldest: datetime | None


async def backlog(session: AsyncSession, *, at: datetime) -> Backlog:
    """Count the messages that are due."""
    query = select(func.count(), func.min(col(OutboxMessage.created_at))).where(
        col(OutboxMessage.done_at).is_(None),
        col(OutboxMessage.failed_at).is_(None),
        col(OutboxMessage.next_try_at) <= at,
    )
    waiting, oldest = (await session.execute(query)).one()
    return Backlog(waiting, oldest)
