"""What many pages show alike is read once, until something changes, and never what one session sees alone."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from state.kit import kept
from state.kit.kept import SHARE, Kept
from state.live import Hub
from tests.support.county import County, build


class Reader:
    """Counts how often it was asked."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.times, self.seconds = 0, seconds

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(self.seconds)
        return self.times


async def _until(values: Kept[int], session: AsyncSession, read: Reader, wanted: int) -> None:
    """Ask again until what was read lately may be read anew."""
    async with asyncio.timeout(20):
        while (found := await values.of(session, "alike", read)) != wanted:
            assert found == wanted - 1
            await asyncio.sleep(0.02)


@pytest.fixture
def heard() -> Hub:
    hub = Hub()
    hub.listening.set()
    return hub


async def test_is_read_once_for_all_who_are_alike_until_something_changes(session: AsyncSession, heard: Hub) -> None:
    values, read = Kept[int]("case", heard), Reader()
    await session.connection()  # all share one here

    found = await asyncio.gather(*(values.of(session, "alike", read) for _ in range(300)))
    assert set(found) == {1}

    heard._tell("case", "one")
    await _until(values, session, read, 2)
    assert await values.of(session, "another", read) == 3


async def test_what_takes_long_is_shown_a_while_and_asked_for_again(session: AsyncSession, heard: Hub) -> None:
    values, read = Kept[int]("case", heard), Reader(0.05)
    with heard.follow("case") as changes:
        assert await values.of(session, "alike", read) == 1
        heard._tell("case", "one")
        assert await changes.next(1) == {"one"}

        assert await values.of(session, "alike", read) == 1
        assert await changes.next(10 * SHARE * read.seconds) == {"*"}, "nobody was woken for what was left behind"
        assert await values.of(session, "alike", read) == 2


async def test_what_a_session_has_written_is_nobody_else_s(session: AsyncSession, heard: Hub) -> None:
    county: County = await build(session)
    assert county["center"]
    values, read = Kept[int]("case", heard), Reader()
    await announce(session, "case", new_id())
    await session.flush()
    session.info["has written"] = False
    assert await values.of(session, "alike", read) == 1

    county.units["rsj"].phone = "0595-22000001"
    assert await values.of(session, "alike", read) == 2, "it is about to write"
    await session.flush()
    assert await values.of(session, "alike", read) == 3, "it has written"
    assert await values.of(session, "alike", read) == 4


async def test_nothing_is_kept_while_nothing_is_heard(session: AsyncSession) -> None:
    values, read = Kept[int]("case", Hub()), Reader()
    assert [await values.of(session, "alike", read) for _ in range(3)] == [1, 2, 3]


async def test_nothing_is_kept_longer_than_a_minute(
    session: AsyncSession, heard: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, read = Kept[int]("case", heard), Reader()
    assert await values.of(session, "alike", read) == 1
    monkeypatch.setattr(kept, "OLD", 0.0)
    await _until(values, session, read, 2)


async def test_who_reads_waits_for_nobody_who_waits_for_what_is_read(database_url: str, heard: Hub) -> None:
    engine = create_async_engine(database_url, pool_size=2, max_overflow=0, pool_timeout=2)
    values, ask = Kept[int]("case", heard), text("SELECT 1")

    async def look(*, asked: bool) -> int:
        async with AsyncSession(engine) as session:
            if asked:  # and so holds a connection
                await session.execute(ask)
                await asyncio.sleep(0.1)

            async def read() -> int:
                await asyncio.sleep(0.2)
                return int(await session.scalar(ask) or 0)

            return await values.of(session, "alike", read)

    try:
        asking = [asyncio.create_task(look(asked=True)) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await asyncio.gather(look(asked=False), *asking) == [1, 1, 1]
    finally:
        await engine.dispose()
