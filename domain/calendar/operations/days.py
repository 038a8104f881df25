"""Working days as data: notices of years, days and patterns of units, and what they move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chinese_calendar.constants import Holiday, holidays, workdays  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import ChangeKind, Deadline, Spans, UnitDay, Workday, WorkPattern
from domain.calendar.operations.changes import foresee, recompute, record_change
from domain.calendar.queries import Book
from domain.calendar.rules.notice import read_notice
from domain.calendar.schemas import NoticeDay, Preview
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid, NotPermitted

_LIBRARY = "chinese_calendar"
_BY_HAND = "管理员"
_NAMED = 3
"""Days that a change names; of more it tells the number."""


async def seed_years(session: AsyncSession, years: Iterable[int]) -> tuple[int, ...]:
    """Store the notices of these years, as far as they are known, as confirmed.

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
        written = insert(Workday).values(rows).on_conflict_do_nothing().returning(col(Workday.day))
        new = {day.year for day in await session.scalars(written)}
        if new:
            note = f"载入 {'、'.join(str(year) for year in sorted(new))} 年放假安排"
            await record_change(session, ChangeKind.CALENDAR, note, by=SYSTEM_ID, at=None)
    return known


def _holiday_name(name: str) -> str:
    """Give the Chinese name of a holiday of the library, which sets it at run time."""
    return str(getattr(Holiday(name), "chinese", name))


async def confirm_year(
    session: AsyncSession, actor: Actor, *, year: int, days: Collection[NoticeDay], source: str, at: datetime
) -> list[Deadline]:
    """Store a year's notice and move the open deadlines it touches.

    `days` are the days off and the make-up working days; every moved deadline is
    journalled with its old and new moments, and the totals once. Answers the moved
    deadlines.

    :raises NotPermitted: the actor is not a system administrator
    :raises Invalid: a day of another year, or 1 January is not among them
    """
    require_arranger(actor)
    _check_year(year, days)
    before = await queries.book_of(session)
    await _replace_year(session, year, days, source)
    note = f"{year} 年放假安排（{source[:40]}）"
    change = await record_change(session, ChangeKind.CALENDAR, note, by=actor.account_id, at=at)
    return await recompute(session, actor, before, change, cause={"year": year}, at=at)


async def import_notice(
    session: AsyncSession, actor: Actor, text: str, *, year: int, source: str, at: datetime
) -> list[Deadline]:
    """Store a year's notice from rows of text; see `rules.notice.read_notice`.

    :raises Invalid: one sentence for each line that cannot be taken; see also `confirm_year`
    """
    require_arranger(actor)
    return await confirm_year(session, actor, year=year, days=read_notice(text, year), source=source, at=at)


async def preview_notice(session: AsyncSession, actor: Actor, text: str, *, year: int, at: datetime) -> Preview:
    """Tell what `import_notice` would do, and write nothing."""
    require_arranger(actor)
    return await preview_year(session, actor, year=year, days=read_notice(text, year), at=at)


async def preview_year(
    session: AsyncSession, actor: Actor, *, year: int, days: Collection[NoticeDay], at: datetime
) -> Preview:
    """Tell what `confirm_year` would do, and write nothing."""
    require_arranger(actor)
    _check_year(year, days)
    after = _with_year(await queries.book_of(session), year, days)
    return await foresee(session, after, f"{year} 年放假安排共 {len(days)} 天", at=at)


async def preview_days(
    session: AsyncSession,
    actor: Actor,
    *,
    days: Collection[NoticeDay],
    removed: Collection[date] = (),
    unit_id: UUID | None = None,
    at: datetime,
) -> Preview:
    """Tell what `set_days` would do, and write nothing."""
    require_arranger(actor)
    _check_days(days)
    after = _with_days(await queries.book_of(session), days, removed, unit_id)
    return await foresee(session, after, _days_in_words(days, removed), at=at)


async def preview_pattern(
    session: AsyncSession,
    actor: Actor,
    *,
    weekend: Collection[int],
    periods: Iterable[Sequence[str]],
    unit_id: UUID | None = None,
    at: datetime,
) -> Preview:
    """Tell what `set_pattern` would do, and write nothing."""
    require_arranger(actor)
    read = _check_pattern(weekend, periods)
    before = await queries.book_of(session)
    after = replace(before, patterns=before.patterns | {unit_id: (frozenset(weekend), read)}, _calendars={})
    return await foresee(session, after, _pattern_in_words(read), at=at)


async def set_days(
    session: AsyncSession,
    actor: Actor,
    *,
    days: Collection[NoticeDay],
    removed: Collection[date] = (),
    unit_id: UUID | None = None,
    at: datetime,
) -> list[Deadline]:
    """Set single days of the common calendar, or of a unit's, and move what they touch.

    `removed` days follow again what they would without a row. Answers the moved deadlines.

    :raises NotPermitted: the actor is not a system administrator
    :raises Invalid: working periods at night
    """
    require_arranger(actor)
    _check_days(days)
    before = await queries.book_of(session)
    for one in days:
        await _put_day(session, one, unit_id, confirmed=one.day.year in before.confirmed)
    for day in removed:
        row = await (session.get(UnitDay, (unit_id, day)) if unit_id else session.get(Workday, day))
        if row is not None:
            await session.delete(row)
    note = _days_in_words(days, removed)
    change = await record_change(session, ChangeKind.CALENDAR, note, by=actor.account_id, at=at, unit_id=unit_id)
    return await recompute(session, actor, before, change, cause={"cause": "days"}, at=at)


async def set_pattern(
    session: AsyncSession,
    actor: Actor,
    *,
    weekend: Collection[int],
    periods: Iterable[Sequence[str]],
    unit_id: UUID | None = None,
    at: datetime,
) -> list[Deadline]:
    """Set the weekend rule and the working periods, of everybody or of a unit.

    `weekend` are weekday numbers, Monday 0. Answers the moved deadlines.

    :raises NotPermitted: the actor is not a system administrator
    :raises Invalid: no working day is left in a week, no period, or periods that overlap
    """
    require_arranger(actor)
    read = _check_pattern(weekend, periods)
    before = await queries.book_of(session)
    query = select(WorkPattern).where(col(WorkPattern.unit_id).is_not_distinct_from(unit_id))
    row = await session.scalar(query) or WorkPattern(unit_id=unit_id, weekend=[], periods=[])
    row.weekend, row.periods = sorted(set(weekend)), _spans(read) or []
    session.add(row)
    note = _pattern_in_words(read)
    change = await record_change(session, ChangeKind.CALENDAR, note, by=actor.account_id, at=at, unit_id=unit_id)
    return await recompute(session, actor, before, change, cause={"cause": "pattern"}, at=at)


def require_arranger(actor: Actor) -> None:
    """Refuse who does not arrange this.

    :raises NotPermitted: the actor is none who publishes notices and arranges working days
    """
    if not (actor.has(Role.SYSADMIN) and actor.may(Permission.ARRANGE)):
        raise NotPermitted("只有系统管理员可以公布放假安排和设置工作日历")


def _check_year(year: int, days: Collection[NoticeDay]) -> None:
    if any(one.day.year != year for one in days) or date(year, 1, 1) not in {one.day for one in days}:
        raise Invalid.of({"days": f"放假安排须包含元旦，且只含 {year} 年的日期"})


def _check_days(days: Iterable[NoticeDay]) -> None:
    for one in days:
        rules.check_periods(one.periods or ())


def _check_pattern(weekend: Collection[int], periods: Iterable[Sequence[str]]) -> rules.Periods:
    """Read a pattern; what is wrong of both its parts is told at once."""
    faults: dict[str, str] = {} if set(weekend) < set(range(7)) else {"weekend": "每周至少须有一个工作日"}
    read: rules.Periods = ()
    try:
        read = rules.read_periods(periods)
        rules.check_periods(read)
        if not read:
            faults["periods"] = "每天至少须有一个工作时段"
    except Invalid as refusal:
        faults |= refusal.fields
    if faults:
        raise Invalid.of(faults)
    return read


def _pattern_in_words(read: rules.Periods) -> str:
    return "作息改为 " + "、".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in read)


def _days_in_words(days: Collection[NoticeDay], removed: Collection[date]) -> str:
    said = [f"{one.day:%Y-%m-%d} 改为{_kind_of(one)}" for one in sorted(days, key=lambda one: one.day)]
    said += [f"{day:%Y-%m-%d} 恢复默认" for day in sorted(removed)]
    return "、".join(said[:_NAMED]) + (f"等 {len(said)} 天" if len(said) > _NAMED else "")


def _kind_of(one: NoticeDay) -> str:
    if not one.is_workday:
        return "休息"
    if one.periods is None:
        return "上班"
    return "上班 " + " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in one.periods)


def _with_days(book: Book, days: Iterable[NoticeDay], removed: Collection[date], unit_id: UUID | None) -> Book:
    named = book.unit_days.get(unit_id, {}) if unit_id else book.named
    changed = {day: one for day, one in named.items() if day not in removed} | {one.day: one for one in days}
    if unit_id:
        return replace(book, unit_days=book.unit_days | {unit_id: changed}, _calendars={})
    return replace(book, named=changed, _calendars={})


def _with_year(book: Book, year: int, days: Collection[NoticeDay]) -> Book:
    kept = {day: one for day, one in book.named.items() if day.year != year}
    return replace(
        book,
        named=kept | {one.day: one for one in days},
        confirmed=book.confirmed | {year},
        _calendars={},
    )


async def _replace_year(session: AsyncSession, year: int, days: Collection[NoticeDay], source: str) -> None:
    old = await session.scalars(select(Workday).where(col(Workday.day).between(date(year, 1, 1), date(year, 12, 31))))
    for row in old:
        await session.delete(row)
    await session.flush()
    session.add_all(
        Workday(
            day=one.day,
            is_workday=one.is_workday,
            source=source,
            confirmed=True,
            note=one.note,
            periods=_spans(one.periods),
        )
        for one in days
    )


async def _put_day(session: AsyncSession, one: NoticeDay, unit_id: UUID | None, *, confirmed: bool) -> None:
    row = await (session.get(UnitDay, (unit_id, one.day)) if unit_id else session.get(Workday, one.day))
    if row is None and unit_id:
        row = UnitDay(unit_id=unit_id, day=one.day, is_workday=one.is_workday)
    elif row is None:
        row = Workday(day=one.day, is_workday=one.is_workday, source=_BY_HAND, confirmed=confirmed)
    row.is_workday, row.note, row.periods = one.is_workday, one.note, _spans(one.periods)
    session.add(row)


def _spans(periods: rules.Periods | None) -> Spans | None:
    return None if periods is None else [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in periods]
