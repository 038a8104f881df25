"""Messages: sealed, due, tried again, given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices import operations, queries, rules
from domain.notices.models import Message, Occasion
from tests.support.county import MORNING, phone


async def written(session: AsyncSession, occasion: Occasion = Occasion.PROGRESS, seed: int = 1) -> Message:
    made = operations.write(
        session, occasion=occasion, case_id=None, phone=phone(seed), text=f"第 {seed} 条", at=MORNING
    )
    await session.flush()
    return made


@pytest.mark.parametrize("occasion", Occasion)
def test_texts_hold_what_the_occasion_needs(occasion: Occasion) -> None:
    text = rules.text_of(occasion, sender="县中心", number="QX2026000001", link="http://x/t/y", code="123456")
    assert text.startswith("【县中心】")
    assert "QX2026000001" in text
    assert ("123456" in text) is (occasion is Occasion.CODE)
    assert ("http://x/t/y" in text) is (occasion is not Occasion.CODE)


@pytest.mark.parametrize(
    ("occasion", "age", "late"),
    [
        (Occasion.CODE, timedelta(minutes=4), False),
        (Occasion.CODE, timedelta(minutes=5), True),
        (Occasion.CLOSED, timedelta(days=2), False),
        (Occasion.CLOSED, timedelta(days=3), True),
    ],
)
def test_messages_can_come_too_late(occasion: Occasion, age: timedelta, late: bool) -> None:
    assert rules.too_late(occasion, MORNING, MORNING + age) is late


async def test_nothing_is_stored_in_clear(session: AsyncSession) -> None:
    message = await written(session)
    assert phone(1).encode() not in message.phone_sealed
    assert "第".encode() not in message.text_sealed
    assert queries.opened(message).phone == phone(1)


async def test_due_messages_come_oldest_first_and_once(session: AsyncSession) -> None:
    first, second = await written(session, seed=1), await written(session, seed=2)
    assert await operations.take_due(session, at=MORNING, limit=5) == [first, second]
    operations.mark_sent(first, at=MORNING)
    await session.flush()
    assert await operations.take_due(session, at=MORNING, limit=5) == [second]


async def test_failures_wait_longer_until_given_up(session: AsyncSession) -> None:
    message, at, waits = await written(session), MORNING, []
    while message.failed_at is None:
        before = message.next_try_at
        operations.mark_retry(message, "timeout", at=at)
        waits.append(message.next_try_at - before)
        at = message.next_try_at
    assert waits[:-1] == list(rules.RETRY_AFTER)
    await session.flush()
    assert await operations.take_due(session, at=at + timedelta(days=1), limit=5) == []


async def test_the_demo_list_masks_phones(session: AsyncSession) -> None:
    await written(session)
    shown = (await queries.recent(session, at=MORNING, limit=5))[0]
    assert shown.phone == f"139****{phone(1)[-4:]}"
    assert shown.text == "第 1 条"
    assert shown.state == "等待发送"
