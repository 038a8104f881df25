"""One act is one transaction: all of it is there afterwards, or nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.kernel import outbox, unit_of_work
from domain.kernel.ids import new_id
from domain.kernel.models import OutboxMessage
from tests.support.county import MORNING


def _write(session: AsyncSession, topic: str) -> None:
    outbox.publish(session, topic, new_id(), {}, at=MORNING)


async def _kept() -> list[str]:
    async with unit_of_work.unit_of_work() as session:
        return list(await session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.topic)))


async def test_what_an_act_wrote_is_there_for_the_next(own_engine: AsyncEngine) -> None:
    async with unit_of_work.unit_of_work() as session:
        _write(session, "test.one")
        _write(session, "test.two")

    assert await _kept() == ["test.one", "test.two"]


async def test_an_act_that_fails_leaves_nothing(own_engine: AsyncEngine) -> None:
    async def act() -> None:
        async with unit_of_work.unit_of_work() as session:
            _write(session, "test.one")
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act()

    assert await _kept() == []


async def test_nobody_sees_half_of_an_act(own_engine: AsyncEngine) -> None:
    async with unit_of_work.unit_of_work() as session:
        _write(session, "test.one")
        await session.flush()
        assert await _kept() == []

    assert await _kept() == ["test.one"]
