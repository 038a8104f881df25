"""A change of the rules of time: its number, its stamp, and the open deadlines it moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import CalendarChange, ChangeKind, Deadline, DeadlineMove, LimitUnit, Link
from domain.calendar.operations.clocks import settle
from domain.calendar.queries import Book
from domain.calendar.schemas import moves_of
from domain.kernel import journal
from domain.kernel.actor import Actor

_LOCK = 0x63616C65
RECOMPUTE = "deadline.recompute"


async def record_change(
    session: AsyncSession,
    kind: ChangeKind,
    note: str,
    *,
    by: UUID,
    at: datetime | None,
    unit_id: UUID | None = None,
) -> CalendarChange:
    """This function will number a change; call it after its rows were written.

    From here on everybody reads the rules afresh; changes are numbered one after another.
    """
    await session.flush()
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    query = select(col(CalendarChange.version)).order_by(col(CalendarChange.seq).desc()).limit(1)
    version = await session.scalar(query) or 0
    change = CalendarChange(
        version=version + (kind is ChangeKind.CALENDAR),
        kind=kind,
        unit_id=unit_id,
        note=note,
        changed_by=by,
        changed_at=at,
    )
    session.add(change)
    await session.flush()
    queries.forget_calendar(session)
    return change


@dataclass(frozen=True, slots=True)
class Shift:
    """This class will hold what a change makes of one open clock."""

    deadline: Deadline
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]
    provisional: bool

    @property
    def moves(self) -> bool:
        """This function will tell whether a moment changes, and not the calendar's version alone."""
        return self.before != self.after


async def open_clocks(
    session: AsyncSession, *, link: Link | None = None
) -> tuple[list[Deadline], dict[UUID, list[DeadlineMove]]]:
    """This function will lock the open clocks (of one link, or all that count working time) with their moves."""
    query = select(Deadline).where(col(Deadline.stopped_at).is_(None))
    query = query.where(col(Deadline.link) == link) if link else query.where(col(Deadline.unit) != LimitUnit.HOURS)
    found = list(await session.scalars(query.order_by(col(Deadline.id)).with_for_update()))
    return found, await queries.moves_by(session, (one.id for one in found))


def shifts(found: Iterable[Deadline], moves: dict[UUID, list[DeadlineMove]], before: Book, after: Book) -> list[Shift]:
    """This function will lay open clocks anew, each with the length it had; those of unchanged calendars stay out.

    :raises Invalid: the new calendar has no working day within 400 days
    """
    laid: list[Shift] = []
    for deadline in found:
        old, new = before.calendar(deadline.unit_id), after.calendar(deadline.unit_id)
        if replace(old, version=0) == replace(new, version=0):
            continue
        own = moves_of(moves.get(deadline.id, ()))
        yellow, red = (
            rules.relaid(moment, deadline.started_at, own, deadline.unit, old, new)
            for moment in (deadline.yellow_at, deadline.red_at)
        )
        if deadline.latest_at:
            yellow = min(yellow, deadline.latest_at)
        provisional = new.provisional(deadline.started_at, red)
        laid.append(Shift(deadline, (deadline.yellow_at, deadline.red_at), (yellow, red), provisional))
    return laid


async def recompute(
    session: AsyncSession, actor: Actor, before: Book, change: CalendarChange, *, cause: dict[str, Any], at: datetime
) -> list[Deadline]:
    """This function will move the open clocks that a changed calendar touches, with a journal line each.

    Answers the moved ones. A last line tells the totals.
    """
    after = await queries.book_of(session)
    found, moves = await open_clocks(session)
    laid = shifts(found, moves, before, after)
    for shift in laid:
        shift.deadline.yellow_at, shift.deadline.red_at = shift.after
        settle(shift.deadline, after.calendar(shift.deadline.unit_id))
    return await note_moved(session, actor, laid, change, cause=cause, at=at, looked_at=len(found))


async def note_moved(
    session: AsyncSession,
    actor: Actor,
    laid: Sequence[Shift],
    change: CalendarChange,
    *,
    cause: dict[str, Any],
    at: datetime,
    looked_at: int,
) -> list[Deadline]:
    """This function will journal each clock that moved, then the totals."""
    moved = [shift for shift in laid if shift.moves]
    for shift in moved:
        detail = {
            **cause,
            "link": shift.deadline.link.value,
            "calendar_version": change.version,
            "before": [moment.isoformat() for moment in shift.before],
            "after": [moment.isoformat() for moment in shift.after],
        }
        await journal.record(session, actor, RECOMPUTE, "case", shift.deadline.subject_id, at=at, detail=detail)
    totals = {**cause, "calendar_version": change.version, "open": looked_at, "moved": len(moved)}
    await journal.record(session, actor, RECOMPUTE, "calendar", change.stamp, at=at, detail=totals)
    return [shift.deadline for shift in moved]
