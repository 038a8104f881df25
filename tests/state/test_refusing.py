"""A refusal is a line of the journal; who is refused over and over does not fill it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from domain.kernel.models import JournalEntry
from domain.kernel.refusals import NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from state import refusing
from state.calendar.limits import LimitsState
from tests.support import county as support
from tests.support import states
from tests.support.county import MORNING


async def _lines() -> list[JournalEntry]:
    async with unit_of_work() as session:
        query = select(JournalEntry).where(col(JournalEntry.action) == "access.refused").order_by(col(JournalEntry.seq))
        return list(await session.scalars(query))


async def test_a_refused_handler_leaves_a_line_of_who_and_where(ground: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)
    page = await states.tree(LimitsState, await states.signed_in("rsj"), "http://test/limits")
    with pytest.raises(NotPermitted):
        await states.call(page, "ask", "new")

    (line,) = await _lines()
    assert line.actor_id == county["rsj"].account_id
    assert line.detail == {"where": "页面 LimitsState"}


async def test_twenty_a_minute_are_written_and_the_rest_is_a_number(ground: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)
    refusing._counts.clear()
    for place in range(50):
        await refusing.note(county["rsj"], "GET /x", at=MORNING + timedelta(milliseconds=place))
    assert len(await _lines()) == refusing.MOST

    await refusing.note(county["rsj"], "GET /x", at=MORNING + refusing.WINDOW)
    assert (await _lines())[-1].detail == {"where": "GET /x", "more": 30}
