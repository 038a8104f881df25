"""Reads of working days, limits and deadlines.

A deadline is not scoped by itself: its case is, and callers ask with ids they may see.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import rules
from domain.calendar.models import (
    CalendarChange,
    Deadline,
    DeadlineMove,
    LimitRule,
    LimitUnit,
    Link,
    UnitDay,
    Workday,
    WorkPattern,
)
from domain.calendar.rules import WEEKEND, Limit, LimitLine, Periods, WorkCalendar
from domain.calendar.schemas import CalendarView, ChangeView, DeadlineView, LimitView, NoticeDay
from domain.kernel import driver
from domain.kernel.clock import DAMAGED

_KEPT = "rules of time"
_BOOKS: OrderedDict[UUID, Book] = OrderedDict()
"""Rules by their stamp, read once in a process: a stamp's rules never change."""
_BOOKS_KEPT = 8
LAST = driver.Made(
    select(col(CalendarChange.version), col(CalendarChange.stamp)).order_by(col(CalendarChange.seq).desc()).limit(1)
)
"""Which rules of time are in force, by their stamp."""


@dataclass(slots=True)
class Book:
    """All rules of time at one moment: calendars of everybody and of units, and limits."""

    version: int
    named: dict[date, NoticeDay]
    confirmed: frozenset[int]
    unit_days: dict[UUID, dict[date, NoticeDay]]
    patterns: dict[UUID | None, tuple[frozenset[int], Periods]]
    lines: tuple[LimitLine, ...]
    _calendars: dict[UUID | None, WorkCalendar] = field(default_factory=dict[UUID | None, WorkCalendar])

    def calendar(self, unit_id: UUID | None = None) -> WorkCalendar:
        """Give the calendar of a unit: its own days and pattern over the common ones."""
        key = unit_id if unit_id in self.patterns or unit_id in self.unit_days else None
        if key not in self._calendars:
            self._calendars[key] = self._made(key)
        return self._calendars[key]

    def _made(self, unit_id: UUID | None) -> WorkCalendar:
        own = self.unit_days.get(unit_id, {}) if unit_id else {}
        common = self.patterns.get(None, (WEEKEND, rules.PERIODS))
        weekend, periods = self.patterns.get(unit_id, common)
        days = {**self.named, **own}
        return WorkCalendar(
            exceptions=frozenset(day for day, one in days.items() if one.is_workday == (day.weekday() in weekend)),
            confirmed=self.confirmed,
            weekend=weekend,
            periods=periods,
            special={day: one.periods for day, one in days.items() if one.periods is not None},
            names={day: one.note for day, one in days.items() if one.note and not one.is_workday},
            version=self.version,
        )


async def book_of(session: AsyncSession, last: Sequence[tuple[int, UUID]] | None = None) -> Book:
    """Give the rules of time: one short query in a session, and all rows once in a process.

    :param last: what `LAST` gave, where it was asked with something else
    """
    if _KEPT not in session.info:
        ((version, stamp),) = (await LAST.rows(session) if last is None else last) or [(0, None)]
        if stamp is None:
            session.info[_KEPT] = await _load(session, version)
        elif stamp in _BOOKS:
            session.info[_KEPT] = _BOOKS[stamp]
        else:
            session.info[_KEPT] = _BOOKS[stamp] = await _load(session, version)
            while len(_BOOKS) > _BOOKS_KEPT:
                _BOOKS.popitem(last=False)
    return cast("Book", session.info[_KEPT])


async def _load(session: AsyncSession, version: int) -> Book:
    common = list(await session.scalars(select(Workday)))
    unit_days: dict[UUID, dict[date, NoticeDay]] = {}
    for row in await session.scalars(select(UnitDay)):
        unit_days.setdefault(row.unit_id, {})[row.day] = _day(row)
    return Book(
        version,
        named={row.day: _day(row) for row in common},
        confirmed=frozenset(row.day.year for row in common if row.confirmed and (row.day.month, row.day.day) == (1, 1)),
        unit_days=unit_days,
        patterns={
            row.unit_id: (frozenset(row.weekend), rules.read_periods(row.periods))
            for row in await session.scalars(select(WorkPattern))
        },
        lines=tuple(_line(row) for row in await session.scalars(select(LimitRule))),
    )


def _day(row: Workday | UnitDay) -> NoticeDay:
    return NoticeDay(
        row.day, row.is_workday, row.note, None if row.periods is None else rules.read_periods(row.periods)
    )


def _line(row: LimitRule) -> LimitLine:
    limit = Limit(row.yellow, row.red, row.unit)
    return LimitLine(row.link, limit, row.category, row.unit_id, row.severe, row.valid_from, row.valid_until)


async def calendar_of(session: AsyncSession, unit_id: UUID | None = None) -> WorkCalendar:
    """Give the working calendar: the common one, or that of a unit."""
    return (await book_of(session)).calendar(unit_id)


def forget_calendar(session: AsyncSession) -> None:
    """Have the rules of time read afresh; call it after their rows changed."""
    session.info.pop(_KEPT, None)


async def limit_for(
    session: AsyncSession,
    link: Link,
    *,
    category: str = "",
    unit_id: UUID | None = None,
    major: bool = False,
    urgent: bool = False,
    at: datetime,
) -> Limit:
    """Give the limit of a link for a case, the most particular rule in force first."""
    book, severe = await book_of(session), major and urgent
    return rules.chosen(book.lines, link, category=category, unit_id=unit_id, severe=severe, at=at)


async def limits_in_force(session: AsyncSession, at: datetime) -> list[LimitView]:
    """List the limits at a moment: for each link its rules, and its default where no rule is for all cases."""
    rows = [row for row in await limit_history(session) if row.valid_from and row.valid_from <= at]
    live = [row for row in rows if row.valid_until is None or at < row.valid_until]
    defaults = [LimitView(None, link, "", None, False, rules.LIMITS[link], None, None, "默认") for link in Link]
    urgent = LimitView(None, Link.ACCEPT, "", None, True, rules.ACCEPT_URGENT, None, None, "默认，重大且紧急")
    overridden = {(row.link, row.severe) for row in live if not row.category and row.unit_id is None}
    listed = [*(one for one in (*defaults, urgent) if (one.link, one.severe) not in overridden), *live]
    order = list(Link).index
    return sorted(listed, key=lambda one: (order(one.link), one.severe, str(one.unit_id or ""), one.category))


async def limit_history(session: AsyncSession, link: Link | None = None) -> list[LimitView]:
    """List every limit rule there ever was, newest first."""
    query = select(LimitRule).order_by(col(LimitRule.valid_from).desc(), col(LimitRule.id).desc())
    if link:
        query = query.where(col(LimitRule.link) == link)
    return [limit_view(row) for row in await session.scalars(query)]


def limit_view(row: LimitRule) -> LimitView:
    limit = Limit(row.yellow, row.red, row.unit)
    return LimitView(
        row.id, row.link, row.category, row.unit_id, row.severe, limit, row.valid_from, row.valid_until, row.note,
        row.set_by,
    )  # fmt: skip


async def changes(session: AsyncSession, *, limit: int = 100) -> list[ChangeView]:
    """List the last changes of calendars and limits, newest first."""
    rows = await session.scalars(select(CalendarChange).order_by(col(CalendarChange.seq).desc()).limit(limit))
    return [
        ChangeView(
            row.seq or 0, row.version, row.kind.value, row.kind.label, row.unit_id, row.note, row.changed_by,
            row.changed_at,
        )
        for row in rows
    ]  # fmt: skip


async def calendar_year(session: AsyncSession, year: int, unit_id: UUID | None = None) -> CalendarView:
    """Show a year of the common calendar, or of a unit's: the days that were named."""
    book = await book_of(session)
    calendar = book.calendar(unit_id)
    own = book.unit_days.get(unit_id, {}) if unit_id else {}
    days = tuple(one for day, one in sorted({**book.named, **own}.items()) if day.year == year)
    weekend = tuple(sorted(calendar.weekend))
    return CalendarView(year, year in calendar.confirmed, calendar.version, weekend, calendar.periods, days)


async def running(session: AsyncSession, subject_ids: Collection[UUID]) -> list[Deadline]:
    """List the clocks of several cases that are not stopped, paused ones included."""
    if not subject_ids:
        return []
    return await _RUNNING.of(session, ids=list(subject_ids))


_RUNNING = driver.Reading(
    Deadline,
    lambda query: query.where(
        driver.among(col(Deadline.subject_id), "ids"), col(Deadline.stopped_at).is_(None)
    ).order_by(col(Deadline.yellow_at), col(Deadline.id)),
)


async def explained(session: AsyncSession, subject_id: UUID, *, at: datetime) -> tuple[DeadlineView, ...]:
    """Show the running clocks of one case with their segments and notes."""
    found = await running(session, [subject_id])
    moves = await moves_by(session, (one.id for one in found))
    book = await book_of(session)
    return tuple(DeadlineView.of(d, moves.get(d.id, []), book.calendar(d.unit_id), at) for d in found)


async def moves_by(session: AsyncSession, deadline_ids: Iterable[UUID]) -> dict[UUID, list[DeadlineMove]]:
    """Give what moved several clocks, oldest first."""
    ids = list(deadline_ids)
    found: dict[UUID, list[DeadlineMove]] = {}
    for move in await _MOVES.of(session, ids=ids) if ids else []:
        found.setdefault(move.deadline_id, []).append(move)
    return found


_MOVES = driver.Reading(
    DeadlineMove,
    lambda query: query.where(driver.among(col(DeadlineMove.deadline_id), "ids")).order_by(
        col(DeadlineMove.until), col(DeadlineMove.id)
    ),
)


async def history(session: AsyncSession, subject_id: UUID) -> list[Deadline]:
    """List every clock a case ever had, oldest first."""
    query = (
        select(Deadline)
        .where(col(Deadline.subject_id) == subject_id)
        .order_by(col(Deadline.started_at), col(Deadline.id))
    )
    return list(await session.scalars(query))


async def written_end(
    session: AsyncSession, due_at: datetime | None, unit: LimitUnit | None, unit_id: UUID | None
) -> datetime | None:
    """Give the moment a limit is written to end at, on the calendar of the unit that has it; none without a limit."""
    if due_at is None:
        return None
    return rules.written_end(due_at, unit or LimitUnit.HOURS, (await book_of(session)).calendar(unit_id))


async def promised_end(session: AsyncSession, subject_id: UUID, promised_at: datetime | None) -> datetime | None:
    """Give the moment a promise is written to end at; none without one."""
    found = await _resolving(session, subject_id) if promised_at else None
    return await written_end(session, promised_at, found and found.unit, found and found.unit_id)


async def _resolving(session: AsyncSession, subject_id: UUID) -> Deadline | None:
    # The last clock of a case that bounds its resolving, running or not.
    found = await _RESOLVING.of(session, subject_id=subject_id)
    return found[0] if found else None


_RESOLVING = driver.Reading(
    Deadline,
    lambda query: (
        query.where(
            col(Deadline.subject_id) == bindparam("subject_id"),
            col(Deadline.holder_id).is_(None),
            col(Deadline.link) == Link.RESOLVE,
        )
        .order_by(col(Deadline.started_at).desc(), col(Deadline.id).desc())
        .limit(1)
    ),
)


async def expected_date(session: AsyncSession, subject_id: UUID) -> date | None:
    """Give the day by which a case is expected to be resolved, as it may be told to a petitioner.

    It is the last day that can still be worked on; none before a department took the case.
    """
    found = await _resolving(session, subject_id)
    if found is None or found.yellow_at == DAMAGED:
        return None
    book = await book_of(session)
    return rules.expected_date(found.yellow_at, found.unit, book.calendar(found.unit_id))


async def earliest(session: AsyncSession, subject_id: UUID) -> Deadline | None:
    """Give the clock of a case that turns yellow first; paused ones do not count."""
    return (await earliest_of(session, [subject_id])).get(subject_id)


async def earliest_of(session: AsyncSession, subject_ids: Collection[UUID]) -> dict[UUID, Deadline]:
    """Give, for several cases at once, the clock that turns yellow first."""
    found: dict[UUID, Deadline] = {}
    for deadline in await running(session, subject_ids):
        if deadline.paused_at is None:
            found.setdefault(deadline.subject_id, deadline)
    return found


async def passed(session: AsyncSession, *, at: datetime, limit: int = 500) -> list[Deadline]:
    """List the running clocks already yellow or red at a moment, longest first."""
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
