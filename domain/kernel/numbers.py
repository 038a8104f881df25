"""Numbers that people quote, counted without gaps."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import journal
from domain.kernel.driver import run

_NEXT = """
    WITH counted AS (
        INSERT INTO number_series AS known (series, last) VALUES ($1, 1)
        ON CONFLICT (series) DO UPDATE SET last = known.last + 1 RETURNING last
    )
    SELECT last, nextval('journal_ticket') FROM counted
"""


async def next_in(session: AsyncSession, series: str, *, for_id: UUID) -> int:
    """Give the next number of a series (from 1), under its row lock until the act ends.

    :param for_id: what is made with it; the number of its first line in the journal is drawn along
    """
    ((last, ticket),) = await run(session, _NEXT, [series])
    journal.number_ahead(session, for_id, ticket, new=True)
    return int(last)
