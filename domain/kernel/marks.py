"""Notes about the database as a whole, one word and one value each: whose it is, which keys it knows, what is still to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.models import AppMarker

TABLE = "fengqiao_marker"


def all_of(connection: Connection, prefix: str) -> dict[str, str]:
    """Give the notes whose name begins so."""
    query = select(col(AppMarker.name), col(AppMarker.value)).where(
        col(AppMarker.name).startswith(prefix, autoescape=True)
    )
    return dict(connection.execute(query).all())


def note(connection: Connection, values: Mapping[str, str]) -> None:
    """Write notes, over older ones of the same name."""
    if values:
        words = insert(AppMarker).values([{"name": name, "value": value} for name, value in values.items()])
        words = words.on_conflict_do_update(index_elements=["name"], set_={"value": words.excluded.value})
        connection.execute(words)


def forget(connection: Connection, names: Iterable[str]) -> None:
    """Take notes away."""
    connection.execute(delete(AppMarker).where(col(AppMarker.name).in_(list(names))))


async def holds(session: AsyncSession, name: str) -> bool:
    """Tell whether there is a note of this name."""
    return await session.scalar(select(col(AppMarker.name)).where(col(AppMarker.name) == name)) is not None
