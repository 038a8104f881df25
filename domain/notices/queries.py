"""Reads of messages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.notices.models import Message
from domain.notices.schemas import Dispatch, MessageView
from domain.people.rules import mask_phone


def opened(message: Message) -> Dispatch:
    """This function will open a message for the provider that sends it."""
    return Dispatch(
        message.id,
        crypto.unseal("message", "phone", message.id, message.phone_sealed),
        crypto.unseal("message", "text", message.id, message.text_sealed),
    )


async def recent(session: AsyncSession, *, limit: int = 50) -> tuple[MessageView, ...]:
    """This function will list the newest messages for the demo page, which no real county has."""
    query = select(Message).order_by(col(Message.created_at).desc(), col(Message.id).desc()).limit(limit)
    return tuple(_view(message) for message in await session.scalars(query))


def _view(message: Message) -> MessageView:
    clear = opened(message)
    state = "已发送" if message.sent_at else "未发出" if message.failed_at else "发送中"
    return MessageView(message.occasion.label, mask_phone(clear.phone), clear.text, message.created_at, state)
