"""One world for the whole folder."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.launch.postgres import Postgres
from domain.kernel import crypto, unit_of_work
from tests.leaks import world as making
from tests.leaks.world import World
from tests.support.database import TEMPLATE


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def built(postgres: Postgres, keys: crypto.KeyRing) -> AsyncGenerator[World]:
    """Build the world once, in a database of its own."""
    name = f"leaks_{uuid4().hex[:8]}"
    postgres.create_database(name, TEMPLATE)
    engine = unit_of_work.engine_for(postgres.url(name))
    unit_of_work.use_engine(engine)
    yield await making.build(engine)
    await engine.dispose()
    postgres.drop_database(name)


@pytest.fixture
def world(built: World) -> Iterator[World]:
    """Give the world, its database the one the product uses."""
    unit_of_work.use_engine(built.engine)
    yield built
    unit_of_work.use_engine(built.engine)


Undo = Callable[[], Awaitable[None]]


@asynccontextmanager
async def undone(world: World) -> AsyncGenerator[Undo]:
    """Run everything on one connection whose transaction never commits; the function given forgets what was done."""
    async with world.engine.connect() as connection:
        outer = await connection.begin()
        unit_of_work.use(
            async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        )

        async def undo() -> None:
            nonlocal outer
            await outer.rollback()
            outer = await connection.begin()

        try:
            yield undo
        finally:
            await outer.rollback()
            unit_of_work.use_engine(world.engine)
