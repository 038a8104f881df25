"""Messages are delivered at least once, later and later, and at last stand failed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from domain.kernel import outbox
from domain.kernel.ids import new_id
from tests.support.county import MORNING

MINUTE = timedelta(minutes=1)


async def test_a_message_is_due_at_once_and_gone_when_done(session: AsyncSession) -> None:
    message = outbox.publish(session, "case.create", new_id(), {"number": "1"}, at=MORNING)
    await session.flush()

    due = await outbox.take_due(session, at=MORNING)
    outbox.mark_done(message, at=MORNING)
    await session.flush()

    assert message in due
    assert message not in await outbox.take_due(session, at=MORNING)


async def test_failures_wait_longer_each_time_and_end(session: AsyncSession) -> None:
    message = outbox.publish(session, "case.create", new_id(), {}, at=MORNING)
    at, waits = MORNING, []
    for _ in range(5):
        outbox.mark_retry(message, "E" * 900, at=at)
        waits.append((message.next_try_at - at) // MINUTE)
        at = message.next_try_at

    assert waits == [1, 5, 15, 60, 60]
    assert message.failed_at is None
    assert len(message.last_error) == 500
    await session.flush()
    assert message not in await outbox.take_due(session, at=at - MINUTE)
    assert message in await outbox.take_due(session, at=at)

    outbox.mark_retry(message, "again", at=at)
    await session.flush()

    assert message.failed_at == at
    assert message not in await outbox.take_due(session, at=at + timedelta(days=9))


async def test_two_workers_never_hold_the_same_message(own_engine: AsyncEngine) -> None:
    sessions = async_sessionmaker(own_engine, expire_on_commit=False)
    async with sessions() as writer, writer.begin():
        for _ in range(6):
            outbox.publish(writer, "case.create", new_id(), {}, at=MORNING)

    async with sessions() as one, sessions() as other, one.begin(), other.begin():
        mine = await outbox.take_due(one, at=MORNING, limit=4)
        theirs = await outbox.take_due(other, at=MORNING, limit=4)

    assert (len(mine), len(theirs)) == (4, 2)
    assert not {m.id for m in mine} & {m.id for m in theirs}
