"""Numbers that people quote, counted without gaps."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.driver import run

_NEXT = """
    INSERT INTO number_series AS known (series, last) VALUES ($1, 1)
    ON CONFLICT (series) DO UPDATE SET last = known.last + 1 RETURNING last
"""


async def next_in(session: AsyncSession, series: str) -> int:
    """Give the next number of a series (from 1), under its row lock until the act ends."""
    ((last,),) = await run(session, _NEXT, [series])
    return int(last)
