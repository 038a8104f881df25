"""Writes: a brief is made, and its readers are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.briefs import queries, rules
from domain.briefs.models import Brief
from domain.calendar import queries as calendar
from domain.kernel.actor import Actor
from domain.notices import operations as notices
from domain.notices.rules import BRIEF
from domain.notices.schemas import Bell
from domain.statistics.queries import county
from domain.statistics.queries.county import Scope


async def make(session: AsyncSession, reader: Actor, *, day: date, at: datetime) -> Brief:
    """Make the brief of a day for all of a reader's kind; one that was made stays as it is."""
    if (brief := await queries.find(session, reader, day)) is not None:
        return brief
    last = await queries.last_before(session, reader, day)
    days = rules.period(day, last, await calendar.calendar_of(session))
    told = await queries.figures(session, reader, days, at=at)
    behind = {
        figure.value: list(await county.numbers_behind(session, reader, figure, Scope(days), at=at))
        for figure in rules.OF_MOMENT
    }
    brief = Brief(
        readers=queries.kind_of(reader),
        brief_date=day,
        first_date=days.first,
        last_date=days.last,
        made_at=at,
        figures={one.figure.value: [one.count, one.before] for one in told}
        | {figure: [len(numbers)] for figure, numbers in behind.items()},
        cases=behind,
        asks=[[reason.value, number] for reason, number in await queries.asks(session, reader, at=at)],
    )
    session.add(brief)
    await session.flush()
    return brief


async def tell(session: AsyncSession, brief: Brief, readers: Sequence[Actor], *, at: datetime) -> int:
    """Tell readers on screen that their brief is there, each once a day; answer how many were told."""
    once = uuid5(NAMESPACE_OID, f"brief {brief.brief_date}")
    day = brief.brief_date.isoformat()
    text = rules.headline(queries.told_in(brief))
    return await notices.tell(
        session, [Bell(once, reader.account_id, None, day, BRIEF, text, at) for reader in readers]
    )
