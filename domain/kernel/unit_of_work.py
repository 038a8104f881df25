"""One transaction per act: the only place that commits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine


def engine_for(url: str, *, size: int = 10) -> AsyncEngine:
    """This function will open a connection pool on PostgreSQL.

    `url` is a SQLAlchemy URL (`postgresql+psycopg://…`). JIT is off: it costs more
    than it gives on short queries (measured by others, see decision 0003). Errors do not quote values: they may be personal data.
    """
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c jit=off -c timezone=UTC -c lock_timeout=10000"},
    )


class _Holder:
    sessions: async_sessionmaker[AsyncSession] | None = None


def use(sessions: async_sessionmaker[AsyncSession]) -> None:
    """This function will set the session factory of this process."""
    _Holder.sessions = sessions


def use_engine(engine: AsyncEngine) -> None:
    """This function will set the session factory of this process from an engine."""
    use(async_sessionmaker(engine, expire_on_commit=False))


@asynccontextmanager
async def unit_of_work() -> AsyncGenerator[AsyncSession, None]:
    """This function will give a session whose changes are committed together, or not at all.

    :raises RuntimeError: no database was set at start
    """
    if _Holder.sessions is None:
        raise RuntimeError("unit_of_work.use_engine() must be called at start")
    async with _Holder.sessions() as session, session.begin():
        yield session
