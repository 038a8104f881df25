"""Numbers that people quote, counted without gaps."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.models import NumberSeries


async def next_in(session: AsyncSession, series: str) -> int:
    """This function will give the next number of a series (from 1), under its row lock."""
    await session.execute(insert(NumberSeries).values(series=series, last=0).on_conflict_do_nothing())
    row = (
        await session.scalars(select(NumberSeries).where(col(NumberSeries.series) == series).with_for_update())
    ).one()
    row.last += 1
    return row.last
