"""Reads of working days and deadlines.

A deadline is not scoped by itself: its case is, and callers ask with ids they may see.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Deadline, Workday
from domain.calendar.rules import WEEKEND, WorkCalendar

_KEPT = "working calendar"


async def calendar_of(session: AsyncSession) -> WorkCalendar:
    """This function will load the working calendar (some forty rows a year), once in a session."""
    if _KEPT not in session.info:
        session.info[_KEPT] = await _load(session)
    kept: WorkCalendar = session.info[_KEPT]
    return kept


def forget_calendar(session: AsyncSession) -> None:
    """This function will have the calendar loaded afresh; call it after its rows changed."""
    session.info.pop(_KEPT, None)


async def _load(session: AsyncSession) -> WorkCalendar:
    rows = (await session.execute(select(col(Workday.day), col(Workday.is_workday), col(Workday.confirmed)))).all()
    return WorkCalendar(
        exceptions=frozenset(day for day, worked, _ in rows if worked == (day.weekday() in WEEKEND)),
        confirmed=frozenset(day.year for day, _, confirmed in rows if confirmed and (day.month, day.day) == (1, 1)),
    )


async def running(session: AsyncSession, subject_ids: Collection[UUID]) -> list[Deadline]:
    """This function will list the clocks of several cases that are not stopped, paused ones included."""
    if not subject_ids:
        return []
    query = (
        select(Deadline)
        .where(col(Deadline.subject_id).in_(subject_ids), col(Deadline.stopped_at).is_(None))
        .order_by(col(Deadline.yellow_at), col(Deadline.id))
    )
    return list(await session.scalars(query))


async def history(session: AsyncSession, subject_id: UUID) -> list[Deadline]:
    """This function will list every clock a case ever had, oldest first."""
    query = (
        select(Deadline)
        .where(col(Deadline.subject_id) == subject_id)
        .order_by(col(Deadline.started_at), col(Deadline.id))
    )
    return list(await session.scalars(query))


async def earliest(session: AsyncSession, subject_id: UUID) -> Deadline | None:
    """This function will give the clock of a case that turns yellow first; paused ones do not count."""
    return (await earliest_of(session, [subject_id])).get(subject_id)


async def earliest_of(session: AsyncSession, subject_ids: Collection[UUID]) -> dict[UUID, Deadline]:
    """This function will give, for several cases at once, the clock that turns yellow first."""
    found: dict[UUID, Deadline] = {}
    for deadline in await running(session, subject_ids):
        if deadline.paused_at is None:
            found.setdefault(deadline.subject_id, deadline)
    return found


async def passed(session: AsyncSession, *, at: datetime, limit: int = 500) -> list[Deadline]:
    """This function will list the running clocks already yellow or red at a moment, longest first."""
    query = (
        select(Deadline)
        .where(
            col(Deadline.stopped_at).is_(None),
            col(Deadline.paused_at).is_(None),
            col(Deadline.yellow_at) < at,
        )
        .order_by(col(Deadline.yellow_at), col(Deadline.id))
        .limit(limit)
    )
    return list(await session.scalars(query))
