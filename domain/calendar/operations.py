"""Writes: clocks of cases, and the holiday notices they run on.

The clock operations are parts of a case's act, which journals them; they leave no line
of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import Enum
from typing import Final
from uuid import UUID

from chinese_calendar.constants import Holiday, holidays, workdays  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import Deadline, LimitUnit, Link, Workday
from domain.calendar.rules import Limit, WorkCalendar
from domain.calendar.schemas import NoticeDay
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotPermitted

_PAUSED_TEXT = "(暂停时间不计)"
_REOPENED_TEXT = "(退回续办)"
_LIBRARY = "chinese_calendar"


class Anyone(Enum):
    """The clocks of every holder; `None` means those of the case itself."""

    ANY = "any"


ANY: Final = Anyone.ANY
Holder = UUID | Anyone | None


async def start(
    session: AsyncSession, *, subject_id: UUID, holder_id: UUID | None, link: Link, limit: Limit, at: datetime
) -> Deadline:
    """This function will start a clock; one still running on the same link and holder is stopped first."""
    await stop(session, subject_id=subject_id, links=(link,), at=at, holder_id=holder_id)
    calendar = await queries.calendar_of(session)
    deadline = Deadline(
        subject_id=subject_id,
        holder_id=holder_id,
        link=link,
        unit=limit.unit,
        limit_text=limit.text,
        started_at=at,
        yellow_at=rules.due(at, limit.yellow, limit.unit, calendar),
        red_at=rules.due(at, limit.red, limit.unit, calendar),
    )
    deadline.provisional = _is_provisional(deadline, calendar)
    session.add(deadline)
    await session.flush()
    return deadline


async def stop(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """This function will stop the running clocks of these links, paused ones too; none is no fault."""
    stopped = await _running(session, subject_id, links, holder_id)
    for deadline in stopped:
        deadline.stopped_at = at
    await session.flush()
    return stopped


async def pause(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """This function will pause the running clocks of these links; one already paused stays as it is."""
    paused = [one for one in await _running(session, subject_id, links, holder_id) if one.paused_at is None]
    for deadline in paused:
        deadline.paused_at = at
    await session.flush()
    return paused


async def resume(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """This function will let paused clocks run on with exactly the time that remained."""
    calendar = await queries.calendar_of(session)
    found = [one for one in await _running(session, subject_id, links, holder_id) if one.paused_at]
    for deadline in found:
        _run_on(deadline, deadline.paused_at or at, at, calendar)
        deadline.paused_at = None
        deadline.limit_text = _noted(deadline.limit_text, _PAUSED_TEXT)
    await session.flush()
    return found


async def extend(
    session: AsyncSession,
    *,
    subject_id: UUID,
    links: Collection[Link],
    workdays: int,
    at: datetime,
    holder_id: Holder = ANY,
) -> list[Deadline]:
    """This function will move the running clocks of these links later by so many working days.

    The days are added to the due moments, not to `at`; a paused clock may be extended as well.

    :raises Invalid: fewer than one working day, or the clock was started after `at`
    """
    if workdays < 1:
        raise Invalid.of({"days": "延期天数须为正整数"})
    calendar = await queries.calendar_of(session)
    found = await _running(session, subject_id, links, holder_id)
    for deadline in found:
        if deadline.started_at > at:
            raise Invalid("延期时间早于时限的起点")
        deadline.yellow_at = rules.advance(deadline.yellow_at, workdays, calendar)
        deadline.red_at = rules.advance(deadline.red_at, workdays, calendar)
        deadline.limit_text += f"(延期 {workdays} 个工作日)"
        deadline.provisional = _is_provisional(deadline, calendar)
    await session.flush()
    return found


async def reopen(
    session: AsyncSession,
    *,
    subject_id: UUID,
    links: Collection[Link],
    at: datetime,
    holder_id: Holder = ANY,
    at_least: int = 3,
) -> list[Deadline]:
    """This function will let the last stopped clock of each link and holder run on.

    It keeps what remained when it was stopped, and gives no less than `at_least` working
    days (workflow row 31). A link with a running clock is left alone.
    """
    calendar = await queries.calendar_of(session)
    found = await _last_stopped(session, subject_id, links, holder_id)
    for deadline in found:
        _run_on(deadline, deadline.paused_at or deadline.stopped_at or at, at, calendar)
        deadline.yellow_at = max(deadline.yellow_at, rules.advance(at, at_least, calendar))
        deadline.red_at = max(deadline.red_at, deadline.yellow_at)
        deadline.stopped_at = deadline.paused_at = None
        deadline.limit_text = _noted(deadline.limit_text, _REOPENED_TEXT)
        deadline.provisional = _is_provisional(deadline, calendar)
    await session.flush()
    return found


async def seed_years(session: AsyncSession, years: Iterable[int]) -> tuple[int, ...]:
    """This function will store the notices of these years, as far as they are known, as confirmed.

    Answers the years stored. An unknown year is left out: it follows the weekend rule and
    is provisional. Rows already there, an administrator's among them, stay.
    """
    known = tuple(year for year in sorted(set(years)) if date(year, 1, 1) in holidays)
    names = {**holidays, **workdays}
    rows: list[dict[str, object]] = [
        {
            "day": day,
            "is_workday": day in workdays,
            "source": _LIBRARY,
            "confirmed": True,
            "note": _holiday_name(name) + ("调休上班" if day in workdays else ""),
        }
        for day, name in names.items()
        if day.year in known
    ]
    if rows:
        await session.execute(insert(Workday).values(rows).on_conflict_do_nothing())
        queries.forget_calendar(session)
    return known


def _holiday_name(name: str) -> str:
    """This function will give the Chinese name of a holiday of the library, which sets it at run time."""
    return str(getattr(Holiday(name), "chinese", name))


async def confirm_year(
    session: AsyncSession, actor: Actor, *, year: int, days: Collection[NoticeDay], source: str, at: datetime
) -> list[Deadline]:
    """This function will store a year's notice and move the open deadlines it touches.

    `days` are the days off and the make-up working days; every moved deadline is
    journalled with its old and new moments. Answers the moved deadlines.

    :raises NotPermitted: the actor is not a system administrator
    :raises Invalid: a day of another year, or 1 January is not among them
    """
    if not actor.has(Role.SYSADMIN):
        raise NotPermitted("只有系统管理员可以公布放假安排")
    if any(one.day.year != year for one in days) or date(year, 1, 1) not in {one.day for one in days}:
        raise Invalid.of({"days": f"放假安排须包含元旦,且只含 {year} 年的日期"})
    before = await queries.calendar_of(session)
    await _replace_year(session, year, days, source)
    moved = await _recompute(session, before, await queries.calendar_of(session))
    for deadline, old in moved:
        detail = {
            "link": deadline.link.value,
            "year": year,
            "before": [moment.isoformat() for moment in old],
            "after": [deadline.yellow_at.isoformat(), deadline.red_at.isoformat()],
        }
        await journal.record(session, actor, "deadline.recompute", "case", deadline.subject_id, at=at, detail=detail)
    return [deadline for deadline, _ in moved]


async def _replace_year(session: AsyncSession, year: int, days: Collection[NoticeDay], source: str) -> None:
    old = await session.scalars(select(Workday).where(col(Workday.day).between(date(year, 1, 1), date(year, 12, 31))))
    for row in old:
        await session.delete(row)
    await session.flush()
    session.add_all(
        Workday(day=one.day, is_workday=one.is_workday, source=source, confirmed=True, note=one.note) for one in days
    )
    await session.flush()
    queries.forget_calendar(session)


async def _recompute(
    session: AsyncSession, before: WorkCalendar, after: WorkCalendar
) -> list[tuple[Deadline, tuple[datetime, datetime]]]:
    """This function will lay the open working-day clocks anew, each with the length it had from its start."""
    query = (
        select(Deadline)
        .where(col(Deadline.stopped_at).is_(None), col(Deadline.unit) == LimitUnit.WORKDAYS)
        .order_by(col(Deadline.id))
        .with_for_update()
    )
    moved: list[tuple[Deadline, tuple[datetime, datetime]]] = []
    for deadline in await session.scalars(query):
        begin, old = deadline.started_at, (deadline.yellow_at, deadline.red_at)
        new = tuple(rules.advance_by(begin, rules.elapsed(begin, moment, before), after) for moment in old)
        deadline.yellow_at, deadline.red_at = new
        deadline.provisional = _is_provisional(deadline, after)
        if new != old:
            moved.append((deadline, old))
    await session.flush()
    return moved


async def _running(
    session: AsyncSession, subject_id: UUID, links: Collection[Link], holder_id: Holder
) -> list[Deadline]:
    query = select(Deadline).where(
        col(Deadline.subject_id) == subject_id,
        col(Deadline.link).in_(links),
        col(Deadline.stopped_at).is_(None),
    )
    if not isinstance(holder_id, Anyone):
        query = query.where(col(Deadline.holder_id).is_not_distinct_from(holder_id))
    return list(await session.scalars(query.order_by(col(Deadline.id)).with_for_update()))


async def _last_stopped(
    session: AsyncSession, subject_id: UUID, links: Collection[Link], holder_id: Holder
) -> list[Deadline]:
    query = select(Deadline).where(col(Deadline.subject_id) == subject_id, col(Deadline.link).in_(links))
    if not isinstance(holder_id, Anyone):
        query = query.where(col(Deadline.holder_id).is_not_distinct_from(holder_id))
    query = query.order_by(col(Deadline.started_at), col(Deadline.id)).with_for_update()
    last = {(one.link, one.holder_id): one for one in await session.scalars(query)}
    return [one for one in last.values() if one.stopped_at is not None]


def _run_on(deadline: Deadline, halted_at: datetime, at: datetime, calendar: WorkCalendar) -> None:
    deadline.yellow_at = rules.resumed(deadline.yellow_at, halted_at, at, deadline.unit, calendar)
    deadline.red_at = rules.resumed(deadline.red_at, halted_at, at, deadline.unit, calendar)
    deadline.provisional = _is_provisional(deadline, calendar)


def _is_provisional(deadline: Deadline, calendar: WorkCalendar) -> bool:
    """This function will tell whether a day limit reaches into a year without a notice; hours never do."""
    by_days = deadline.unit is LimitUnit.WORKDAYS
    return by_days and calendar.provisional(deadline.started_at, deadline.red_at)


def _noted(text: str, note: str) -> str:
    return text if note in text else text + note
