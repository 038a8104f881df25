"""Reads of messages and notices: what waits, who is told of a step, who has a case open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.queries import reach
from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.notices import rules
from domain.notices.models import CasePresence, Message
from domain.notices.schemas import Dispatch, MessageView, Onlooker
from domain.orgs import queries as orgs
from domain.orgs.models import Account, Unit
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


async def others(session: AsyncSession, actor: Actor, *, number: str, at: datetime) -> tuple[Onlooker, ...]:
    """This function will tell who else has a case open now, each person once, in the order of units.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    query = (
        select(Account, Unit)
        .join(Unit, col(Unit.id) == col(Account.unit_id))
        .where(
            col(Account.id).in_(
                select(col(CasePresence.account_id)).where(
                    col(CasePresence.case_id) == case.id,
                    col(CasePresence.seen_at) >= at - rules.PRESENT_FOR,
                    col(CasePresence.account_id) != actor.account_id,
                )
            )
        )
        .order_by(col(Unit.position), col(Account.login))
    )
    rows = (await session.execute(query)).all()
    return tuple(Onlooker(orgs.name_of(account), unit.short_name or unit.name) for account, unit in rows)
