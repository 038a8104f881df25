"""Reads of messages: what waits, what became of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.queries import reach
from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.notices import rules, sending
from domain.notices.models import Message, Occasion
from domain.notices.schemas import Delivery, Dispatch, MessageView
from domain.people.rules import mask_phone


def opened(message: Message) -> Dispatch:
    """Open a message for the provider that sends it."""
    return Dispatch(
        message.id,
        crypto.unseal("message", "phone", message.id, message.phone_sealed),
        crypto.unseal("message", "text", message.id, message.text_sealed),
    )


async def recent(session: AsyncSession, *, at: datetime, limit: int = 50) -> tuple[MessageView, ...]:
    """List the newest messages for the demo page, which no real county has."""
    query = select(Message).order_by(col(Message.created_at).desc(), col(Message.id).desc()).limit(limit)
    return tuple(_view(message, at) for message in await session.scalars(query))


def _state(message: Message, at: datetime) -> str:
    chosen = sending.current()
    return rules.delivery(message.occasion, sent_at=message.sent_at, failed_at=message.failed_at, at=at, chosen=chosen)


_MOST_DELIVERIES = 20


async def deliveries(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[Delivery, ...]:
    """List what was written to the petitioners of a case and what became of it, the newest first; codes are left out.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    query = (
        select(Message)
        .where(col(Message.case_id) == case.id, col(Message.occasion) != Occasion.CODE)
        .order_by(col(Message.created_at).desc(), col(Message.id).desc())
        .limit(_MOST_DELIVERIES)
    )
    return tuple(Delivery(one.occasion.label, one.created_at, _state(one, at)) for one in await session.scalars(query))


def _view(message: Message, at: datetime) -> MessageView:
    clear = opened(message)
    state = _state(message, at)
    return MessageView(message.occasion.label, mask_phone(clear.phone), clear.text, message.created_at, state)


def old_messages(before: datetime) -> Select[tuple[str, datetime]]:
    """Give id and moment of the messages written before a moment."""
    return select(cast(col(Message.id), String), col(Message.created_at)).where(col(Message.created_at) < before)
