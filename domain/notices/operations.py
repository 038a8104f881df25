"""Writes: messages and what became of them, notices on screen, who has a case open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases.queries import reach
from domain.kernel import crypto, driver, outbox
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.notices import rules, sending
from domain.notices.models import CasePresence, Message, Notice, Occasion, about
from domain.notices.schemas import Bell


def write(
    session: AsyncSession, *, occasion: Occasion, case_id: UUID | None, phone: str, text: str, at: datetime
) -> Message:
    """Write a message, sealed; it is sent after the commit, at least once."""
    message_id = new_id()
    message = Message(
        id=message_id,
        occasion=occasion,
        case_id=case_id,
        phone_sealed=crypto.seal("message", "phone", message_id, phone),
        text_sealed=crypto.seal("message", "text", message_id, text),
        created_at=at,
        next_try_at=at,
    )
    session.add(message)
    return message


async def take_due(session: AsyncSession, *, at: datetime, limit: int = 1) -> list[Message]:
    """Lock the messages that are due, and those that a clock which was wrong dated ahead; in quiet hours only codes.

    Other workers skip them.
    """
    awake = [one for one in Occasion if sending.current().rests_until(one, at) is None]
    query = (
        select(Message)
        .where(
            col(Message.sent_at).is_(None),
            col(Message.failed_at).is_(None),
            outbox.due(col(Message.next_try_at), col(Message.created_at), at),
            col(Message.occasion).in_(awake),
        )
        .order_by(col(Message.next_try_at), col(Message.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(await session.scalars(query))


def mark_sent(message: Message, *, at: datetime) -> None:
    """Mark a message sent; call it after the provider took it."""
    message.sent_at = at
    message.last_error = ""


def mark_retry(message: Message, error: str, *, at: datetime) -> None:
    """Put a message back, later each time, until it stands failed.

    `error` must hold neither the phone nor the text.
    """
    message.attempts += 1
    message.last_error = error[:200]
    again = rules.next_try(message.attempts, at)
    if again is None:
        message.failed_at = at
    else:
        message.next_try_at = again


def mark_failed(message: Message, error: str, *, at: datetime) -> None:
    """Stop trying: the provider refused for good, or it is too late."""
    message.attempts += 1
    message.last_error = error[:200]
    message.failed_at = at


async def tell(session: AsyncSession, bells: Sequence[Bell]) -> int:
    """Tell accounts what happened, and answer how many notices were new.

    An account is told once for each outbox message, however often the relay delivers it;
    the open pages of whom it tells hear of it ("notice" of the account).
    """
    if not bells:
        return 0
    columns = zip(*((new_id(), *astuple(one)) for one in bells), strict=True)
    told = await driver.run(session, _TELL, [list(values) for values in columns])
    for account_id in {account for (account,) in told}:
        await announce(session, "notice", account_id)
    return len(told)


_TELL = """
    INSERT INTO notice (id, message_id, account_id, case_id, number, kind, text, at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::varchar[], $6::varchar[], $7::varchar[],
                         $8::timestamptz[])
    ON CONFLICT (message_id, account_id) DO NOTHING RETURNING account_id
"""


async def mark_read(session: AsyncSession, actor: Actor, *, ids: Iterable[UUID] | None = None, at: datetime) -> int:
    """Mark the actor's own notices read, and answer how many were unread.

    :param ids: notices of the cases whose notices are meant, each case whole; none: all
    """
    mine = and_(one_of(col(Notice.account_id), actor.own_ids), col(Notice.read_at).is_(None))
    wanted = mine
    if ids is not None:
        named = aliased(Notice)
        own = and_(col(named.id).in_(list(ids)), one_of(col(named.account_id), actor.own_ids))
        wanted = and_(mine, about(Notice).in_(select(about(named)).where(own)))
    read = (await session.scalars(update(Notice).where(wanted).values(read_at=at).returning(col(Notice.id)))).all()
    if read:
        await announce(session, "notice", actor.account_id)
    return len(read)


async def enter(session: AsyncSession, actor: Actor, *, number: str, client: str, at: datetime) -> None:
    """Note that a page of the actor has a case open; call it again every `HEARTBEAT` at most.

    Only a page that came, or came back, is announced ("presence" of the case); a heartbeat is not.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    seen = await session.scalar(
        select(col(CasePresence.seen_at)).where(
            col(CasePresence.case_id) == case.id,
            col(CasePresence.client) == client,
            col(CasePresence.account_id) == actor.account_id,
        )
    )
    row = {"case_id": case.id, "client": client, "account_id": actor.account_id, "seen_at": at}
    write = insert(CasePresence).values(row)
    await session.execute(write.on_conflict_do_update(index_elements=["case_id", "client"], set_=row))
    if seen is None or rules.has_gone(seen, at):
        await announce(session, "presence", case.id)


async def leave(session: AsyncSession, actor: Actor, *, number: str, client: str) -> None:
    """Note that a page of the actor no longer shows a case; none is told of a page that had gone.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    gone = delete(CasePresence).where(
        col(CasePresence.case_id) == case.id,
        col(CasePresence.client) == client,
        col(CasePresence.account_id) == actor.account_id,
    )
    if (await session.execute(gone.returning(col(CasePresence.client)))).first():
        await announce(session, "presence", case.id)


async def forget(
    session: AsyncSession,
    *,
    at: datetime,
    keep_read: timedelta = rules.KEEP_READ,
    keep_unread: timedelta = rules.KEEP_UNREAD,
) -> int:
    """Drop pages that have gone, and notices that are over for long; it answers how many notices."""
    await session.execute(delete(CasePresence).where(col(CasePresence.seen_at) < at - rules.PRESENT_FOR))
    old = or_(col(Notice.read_at) < at - keep_read, col(Notice.at) < at - keep_unread)
    return len((await session.scalars(delete(Notice).where(old).returning(col(Notice.id)))).all())


async def forget_messages(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete some of the messages written before a moment, phone and text with them."""
    some = select(col(Message.id)).where(col(Message.created_at) < before).limit(limit)
    gone = delete(Message).where(col(Message.id).in_(some)).returning(col(Message.id))
    return len((await session.scalars(gone)).all())
