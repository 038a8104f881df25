"""The database of the tests keeps its promises."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession


class TestTheSharedDatabase:
    @pytest.mark.parametrize("turn", [1, 2])
    async def test_forgets_even_what_a_test_committed(self, session: AsyncSession, turn: int) -> None:
        assert await session.scalar(text("SELECT count(*) FROM number_series")) == 0
        await session.execute(text("INSERT INTO number_series (series, last) VALUES ('x', :turn)"), {"turn": turn})
        await session.commit()
        assert await session.scalar(text("SELECT last FROM number_series")) == turn


class TestADatabaseOfItsOwn:
    async def test_keeps_commits_between_sessions(self, own_engine: AsyncEngine) -> None:
        async with AsyncSession(own_engine) as first:
            await first.execute(text("INSERT INTO number_series (series, last) VALUES ('x', 1)"))
            await first.commit()
        async with AsyncSession(own_engine) as second:
            assert await second.scalar(text("SELECT last FROM number_series")) == 1
