"""A change of the rules of time: its number, its stamp, and the open deadlines it moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import CalendarChange, ChangeKind, Deadline, DeadlineMove, LimitSource, LimitUnit, Link
from domain.calendar.operations.clocks import settle, text_of
from domain.calendar.queries import Book
from domain.calendar.rules import Limit, WorkCalendar
from domain.calendar.schemas import Change, MovedDeadline, Preview, moves_of
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.clock import end_stamp

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
    """Give a change its number; call it after its rows were written.

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


Moves = dict[UUID, list[DeadlineMove]]


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change makes of one open clock; `limit` when it gets another one."""

    deadline: Deadline
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]
    written: tuple[Change, Change]
    provisional: bool
    limit: Limit | None = None

    @property
    def moves(self) -> bool:
        """Tell whether a moment changes, and not the calendar's version alone."""
        return self.before != self.after

    @property
    def seen(self) -> MovedDeadline:
        one = self.deadline
        return MovedDeadline(
            one.id,
            one.subject_id,
            one.link,
            self.before,
            self.after,
            self.written,
            paused=one.paused_at is not None,
        )

    @property
    def changes(self) -> dict[str, list[str]]:
        """Write old and new of what changes, for the journal of the case."""
        lamps = zip(("yellow", "red"), self.before, self.after, self.written, strict=True)
        return {lamp: list(written) for lamp, old, new, written in lamps if old != new}


async def open_clocks(
    session: AsyncSession, *, link: Link | None = None, hold: bool = True
) -> tuple[list[Deadline], Moves]:
    """Give the open clocks (of one link, or all that count working time) with their moves, locked when `hold`."""
    query = select(Deadline).where(col(Deadline.stopped_at).is_(None))
    query = query.where(col(Deadline.link) == link) if link else query.where(col(Deadline.unit) != LimitUnit.HOURS)
    query = query.order_by(col(Deadline.id))
    found = list(await session.scalars(query.with_for_update() if hold else query))
    return found, await queries.moves_by(session, (one.id for one in found))


def shifts(found: Iterable[Deadline], moves: Moves, before: Book, after: Book) -> list[Shift]:
    """Lay open clocks anew on another calendar, each with the length it had; those of unchanged ones stay out.

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
        laid.append(_shift(deadline, (yellow, red), deadline.unit, old, new))
    return laid


def relimited(found: Iterable[Deadline], moves: Moves, before: Book, after: Book, *, at: datetime) -> list[Shift]:
    """Give the open clocks whose rule has changed the limit in force now, as if they had had it from their start."""
    laid: list[Shift] = []
    for deadline in found:
        limit = _limit(after, deadline, at)
        if deadline.source is not LimitSource.RULE or limit == _limit(before, deadline, at):
            continue
        old, new = before.calendar(deadline.unit_id), after.calendar(deadline.unit_id)
        moments = rules.replayed(deadline.started_at, limit, moves_of(moves.get(deadline.id, ())), new)
        laid.append(replace(_shift(deadline, moments, limit.unit, old, new), limit=limit))
    return laid


def _shift(
    deadline: Deadline, moments: tuple[datetime, datetime], unit: LimitUnit, old: WorkCalendar, new: WorkCalendar
) -> Shift:
    yellow, red = moments
    if deadline.latest_at:
        yellow = min(yellow, deadline.latest_at)
    red = max(red, yellow)
    provisional = unit is not LimitUnit.HOURS and new.provisional(deadline.started_at, red)
    was = (deadline.yellow_at, deadline.red_at)
    ends = [rules.written_end(moment, deadline.unit, old) for moment in was]
    ending = [rules.written_end(moment, unit, new) for moment in (yellow, red)]
    written = (_change(was[0], yellow, ends[0], ending[0]), _change(was[1], red, ends[1], ending[1]))
    return Shift(deadline, was, (yellow, red), written, provisional)


def _change(before: datetime, after: datetime, end: datetime, ending: datetime) -> Change:
    # A day off added behind the last working day moves the moment alone: then the moments say what changes.
    said = (end_stamp(end), end_stamp(ending))
    return said if said[0] != said[1] else (end_stamp(before), end_stamp(after))


def _limit(book: Book, deadline: Deadline, at: datetime) -> Limit:
    facts = {"category": deadline.category, "unit_id": deadline.unit_id, "severe": deadline.severe}
    return rules.chosen(book.lines, deadline.link, at=at, **facts)  # type: ignore[arg-type]


async def foresee(session: AsyncSession, after: Book, about: str, *, at: datetime, link: Link | None = None) -> Preview:
    """Tell what a change would do to the open clocks, and write nothing; with `link` it is one of its limits."""
    before = await queries.book_of(session)
    found, moves = await open_clocks(session, link=link, hold=False)
    laid = relimited(found, moves, before, after, at=at) if link else shifts(found, moves, before, after)
    return Preview(
        about=about,
        open_deadlines=len(found),
        moved=tuple(one.seen for one in laid if one.moves),
        no_longer_provisional=sum(one.deadline.provisional and not one.provisional for one in laid),
    )


async def recompute(
    session: AsyncSession,
    actor: Actor,
    before: Book,
    change: CalendarChange,
    *,
    cause: dict[str, Any],
    at: datetime,
    link: Link | None = None,
) -> list[Deadline]:
    """Move the open clocks that a change touches, with a journal line each: old moment, new moment, rule.

    With `link` the change is one of its limits. Answers the moved ones. A last line tells the totals.
    """
    after = await queries.book_of(session)
    found, moves = await open_clocks(session, link=link)
    laid = relimited(found, moves, before, after, at=at) if link else shifts(found, moves, before, after)
    for shift in laid:
        deadline = shift.deadline
        deadline.yellow_at, deadline.red_at = shift.after
        if shift.limit:
            own = moves_of(moves.get(deadline.id, ()))
            deadline.unit, deadline.limit_text = shift.limit.unit, text_of(shift.limit, own)
        settle(deadline, after.calendar(deadline.unit_id))
    moved = [shift for shift in laid if shift.moves]
    told = {**cause, "calendar_version": change.version}
    lines = [
        (
            one.deadline.subject_id,
            {**told, "link": one.deadline.link.value, "rule": change.note, "changes": one.changes},
        )
        for one in moved
    ]
    await journal.record_all(session, actor, RECOMPUTE, "case", lines, at=at)
    totals = {**told, "open": len(found), "moved": len(moved)}
    await journal.record(session, actor, RECOMPUTE, "calendar", change.stamp, at=at, detail=totals)
    return [shift.deadline for shift in moved]
