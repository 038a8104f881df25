"""Numbers that people quote, counted without gaps."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_NEXT = text("""
    INSERT INTO number_series AS known (series, last) VALUES (:series, 1)
    ON CONFLICT (series) DO UPDATE SET last = known.last + 1 RETURNING last
""")


async def next_in(session: AsyncSession, series: str) -> int:
    """Give the next number of a series (from 1), under its row lock until the act ends."""
    return int((await session.execute(_NEXT, {"series": series})).scalar_one())
