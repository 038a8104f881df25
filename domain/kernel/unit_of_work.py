"""One transaction per act: the only place that commits."""

from __future__ import annotations

import select
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from domain.kernel import loaders, writing

PREPARED = 400
"""Statements a connection keeps planned; there are more than the driver's default of 100, which it would drop and plan afresh."""


def engine_for(url: str, *, size: int = 10) -> AsyncEngine:
    """Open a connection pool on PostgreSQL.

    `url` is a SQLAlchemy URL (`postgresql+psycopg://…`). JIT is off: it costs more
    than it gives on short queries (measured by others, see decision 0003). A statement is
    planned once a connection. Errors do not quote values: they may be personal data.
    """
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=size,
        hide_parameters=True,
        connect_args={"options": "-c jit=off -c timezone=UTC -c lock_timeout=10000", "prepare_threshold": 1},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "checkout", _leave_the_dead)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.driver_connection.prepared_max = PREPARED
    loaders.install(connection.driver_connection)


def _leave_the_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """Take a fresh connection where the server closed this one.

    An idle connection has nothing to read unless the server went away or says that it is about to. Looking at
    the socket costs a microsecond; asking the server, as a ping does, a round trip before every act.
    """
    driver = connection.driver_connection
    if driver.closed or _readable(driver.fileno()):
        raise DisconnectionError("the server closed this connection")


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


writing.install()


class _Holder:
    sessions: async_sessionmaker[AsyncSession] | None = None


def use(sessions: async_sessionmaker[AsyncSession]) -> None:
    """Set the session factory of this process."""
    _Holder.sessions = sessions


def use_engine(engine: AsyncEngine) -> None:
    """Set the session factory of this process from an engine."""
    use(async_sessionmaker(engine, expire_on_commit=False))


@asynccontextmanager
async def unit_of_work() -> AsyncGenerator[AsyncSession, None]:
    """Give a session whose changes are committed together, or not at all.

    :raises RuntimeError: no database was set at start
    """
    if _Holder.sessions is None:
        raise RuntimeError("unit_of_work.use_engine() must be called at start")
    async with _Holder.sessions() as session, session.begin():
        yield session
