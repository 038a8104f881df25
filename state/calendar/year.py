"""A year of working days: of everybody, or of one unit; the notice of a year, and single days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as previews
from domain.calendar import queries
from domain.calendar.operations.days import require_arranger
from domain.calendar.rules import Periods, WorkCalendar, read_periods
from domain.calendar.schemas import CalendarView, NoticeDay
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.bounds import narrow
from domain.kernel.clock import local_date, stamp
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from domain.supervision import operations
from state.calendar.foreseen import shown
from state.clock import now
from state.inputs import Choice, as_text
from state.kit.dialogs import Asked, Dialog, DialogState, Foreseen, id_of
from state.session import SignedInState

FIRST_YEAR, YEARS_AHEAD = 2020, 5
WEEKDAYS = "一二三四五六日"
MAX_NOTE, MAX_SOURCE = 40, 40
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-~—–至到]\s*(\d{1,2}:\d{2})")
_BETWEEN = re.compile(r"[\s,;,;、]+")


@dataclass
class Day:
    """One date of a month; an empty one fills the first week."""

    iso: str = ""
    number: str = ""
    tone: str = ""
    word: str = ""
    spoken: str = ""
    note: str = ""
    periods: str = ""


@dataclass
class Month:
    """One month, week by week, Monday first."""

    label: str = ""
    workdays: int = 0
    days: list[Day] = field(default_factory=list)


@dataclass
class ChangeShown:
    """One change of the rules of time."""

    when: str = ""
    kind: str = ""
    note: str = ""
    who: str = ""


class Kind(Labelled):
    """What a date is made."""

    ON = "on", "上班"
    OFF = "off", "休息"
    PLAIN = "plain", "恢复默认"


@dataclass(frozen=True, slots=True)
class DayInput:
    kind: Annotated[Kind, Ask("安排", wide=True)]
    periods: Annotated[str, Ask("当天工作时段", hint="半天班填写，例如 08:30-12:00；留空即按作息", wide=True)] = ""
    note: Annotated[str, Ask("说明", example="例如：调休", most=MAX_NOTE, wide=True)] = ""

    def on(self, key: str) -> dict[str, Any]:
        """Give what is set of the date, and for whom, that a key names.

        :raises Invalid: the working periods are none
        """
        day, unit_id = _place(key)
        if self.kind is Kind.PLAIN:
            return {"days": (), "removed": (day,), "unit_id": unit_id}
        periods = read_periods(_spans(self.periods)) or None if self.kind is Kind.ON else None
        return {"days": (NoticeDay(day, self.kind is Kind.ON, self.note, periods),), "unit_id": unit_id}


@dataclass(frozen=True, slots=True)
class NoticeInput:
    source: Annotated[str, Ask("依据", example="例如：国办发明电〔2026〕× 号", most=MAX_SOURCE, wide=True)]
    notice: Annotated[
        str,
        Ask(
            "放假安排",
            hint="每行一段：日期或起止日期，休或班，名称；须包含元旦；可从表格粘贴",
            example="2027-01-01至2027-01-03，休，元旦\n2027-02-07，班，春节调休",
            lines=9,
            wide=True,
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternInput:
    weekend: Annotated[tuple[str, ...], Ask("每周休息日", choices="weekdays")] = ()
    periods: Annotated[str, Ask("每天工作时段", hint="按 24 小时制，可写几段，例如 08:30-12:00 14:30-17:30", wide=True)]

    def of(self, key: str) -> dict[str, Any]:
        """Give what is set for everybody, or for the unit that a key names.

        :raises Invalid: the working periods are none
        """
        weekend = [int(day) for day in self.weekend]
        return {"weekend": weekend, "periods": _spans(self.periods), "unit_id": _unit(key)}


def _unit(key: str) -> UUID | None:
    return id_of(key) if key else None


def _place(key: str) -> tuple[date, UUID | None]:
    """Read a date and the unit that it is shown of; without one, of everybody."""
    iso, _, unit = key.partition(" ")
    try:
        return date.fromisoformat(iso), _unit(unit)
    except ValueError:
        raise NotFound("没有这一天") from None


async def _whose(session: AsyncSession, unit_id: UUID | None) -> str:
    names = {unit.id: unit.name for unit in await orgs.departments(session)}
    if unit_id and unit_id not in names:
        raise NotFound("没有这个单位")
    return f"只用于{names[unit_id]}。" if unit_id else "用于所有单位。"


async def _of_day(session: AsyncSession, actor: Actor, key: str) -> Asked:
    require_arranger(actor)
    day, unit_id = _place(key)
    whose = await _whose(session, unit_id)
    calendar, view = (
        await queries.calendar_of(session, unit_id),
        await queries.calendar_year(session, day.year, unit_id),
    )
    found = _day(day, calendar, view)
    on = found.tone in WORKED
    note = found.note if on or found.tone == "holiday" else ""
    typed = {"kind": Kind.ON.value if on else Kind.OFF.value, "note": note, "periods": found.periods}
    return Asked(about=found.spoken, says=[f"{whose}作息：{_in_words(view.periods)}"], typed=typed)


async def _of_year(_session: AsyncSession, actor: Actor, key: str) -> Asked:
    require_arranger(actor)
    if key not in {str(year) for year in range(FIRST_YEAR, local_date(now()).year + YEARS_AHEAD + 1)}:
        raise NotFound("没有这一年")
    return Asked(about=f"{key} 年")


async def _of_pattern(session: AsyncSession, actor: Actor, key: str) -> Asked:
    require_arranger(actor)
    whose = await _whose(session, _unit(key))
    view = await queries.calendar_year(session, local_date(now()).year, _unit(key))
    typed = {"weekend": " ".join(str(day) for day in view.weekend), "periods": _in_words(view.periods)}
    return Asked(says=[whose], typed=typed)


async def _weekdays(_session: AsyncSession, _actor: Actor, _key: str) -> Mapping[str, Sequence[Choice]]:
    return {"weekdays": [Choice(str(day), f"星期{name}") for day, name in enumerate(WEEKDAYS)]}


async def _ahead_of_day(session: AsyncSession, actor: Actor, key: str, given: DayInput, at: datetime) -> Foreseen:
    return await shown(session, actor, await previews.preview_days(session, actor, **given.on(key), at=at), at=at)


async def _ahead_of_year(session: AsyncSession, actor: Actor, key: str, given: NoticeInput, at: datetime) -> Foreseen:
    try:
        found = await previews.preview_notice(session, actor, given.notice, year=int(key), at=at)
    except Invalid as refusal:
        told = list(refusal.fields.values())[:5]
        raise Invalid.of({"notice": "；".join(told) or refusal.message}) from refusal
    return await shown(session, actor, found, at=at)


async def _ahead_of_pattern(
    session: AsyncSession, actor: Actor, key: str, given: PatternInput, at: datetime
) -> Foreseen:
    return await shown(session, actor, await previews.preview_pattern(session, actor, **given.of(key), at=at), at=at)


async def _set_day(session: AsyncSession, actor: Actor, key: str, given: DayInput, at: datetime) -> str:
    return _moved(await operations.set_days(session, actor, **given.on(key), at=at))


async def _set_year(session: AsyncSession, actor: Actor, key: str, given: NoticeInput, at: datetime) -> str:
    moved = await operations.import_notice(session, actor, given.notice, year=int(key), source=given.source, at=at)
    return _moved(moved)


async def _set_pattern(session: AsyncSession, actor: Actor, key: str, given: PatternInput, at: datetime) -> str:
    return _moved(await operations.set_pattern(session, actor, **given.of(key), at=at))


def _moved(deadlines: Sequence[Any]) -> str:
    return f"工作日历已更新，{len(deadlines)} 个在办时限随之变动"


class CalendarState(DialogState, SignedInState):
    """One browser's calendar."""

    DIALOGS: ClassVar = {
        "day": Dialog(
            "调整日期", _set_day, str, Permission.ARRANGE, DayInput, "预览变动", fill=_of_day, foresee=_ahead_of_day
        ),
        "notice": Dialog(
            "导入放假安排", _set_year, str, Permission.ARRANGE, NoticeInput, "预览变动", fill=_of_year,
            foresee=_ahead_of_year, wide=True,
        ),
        "pattern": Dialog(
            "设置作息", _set_pattern, str, Permission.ARRANGE, PatternInput, "预览变动", fill=_of_pattern,
            choices=_weekdays, foresee=_ahead_of_pattern,
        ),
    }  # fmt: skip
    loaded: bool = False
    may_edit: bool = False
    year: int = 0
    confirmed: bool = True
    months: list[Month] = []
    workdays: int = 0
    version: int = 0
    weekend: list[str] = []
    periods: str = ""
    unit: str = ""
    units: list[Choice] = []
    changes: list[ChangeShown] = []

    @rx.event
    async def load(self):
        """Open the calendar of this year."""
        async with self._opening() as (session, actor):
            self.year, self.unit = 0, ""
            self.may_edit = actor.has(Role.SYSADMIN)
            self.units = [Choice(str(unit.id), unit.name) for unit in await orgs.departments(session)]
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.ARRANGE)
        self.year = self.year or local_date(now()).year
        unit_id = UUID(self.unit) if self.unit else None
        calendar = await queries.calendar_of(session, unit_id)
        view = await queries.calendar_year(session, self.year, unit_id)
        self.months = [_month(self.year, month, calendar, view) for month in range(1, 13)]
        self.workdays = sum(month.workdays for month in self.months)
        self.confirmed, self.version = view.confirmed, view.version
        self.weekend = [str(day) for day in view.weekend]
        self.periods = _in_words(view.periods)
        rows = await queries.changes(session, limit=20)
        names = await orgs.staff_names(session, {row.changed_by for row in rows})
        self.changes = [
            ChangeShown(stamp(row.changed_at) or "初始", row.kind_label, row.note, names.get(row.changed_by, "系统"))
            for row in rows
        ]

    @rx.event
    async def turn(self, step: int):
        """Go to the next or the last year."""
        async with self._acting() as (session, actor):
            wanted = self.year + (1 if step == 1 else -1)
            if FIRST_YEAR <= wanted <= local_date(now()).year + YEARS_AHEAD:
                self.year = wanted
            await self._read(session, actor)

    @rx.event
    async def choose_unit(self, unit: str):
        """Show the calendar of a unit, or the common one."""
        async with self._acting() as (session, actor):
            known = {choice.value for choice in self.units}
            self.unit = as_text(unit) if as_text(unit) in known else ""
            await self._read(session, actor)


WORKED = {"work", "makeup", "half"}


def _spans(text: str) -> list[tuple[str, str]]:
    """Read typed working periods.

    :raises Invalid: something else stands there
    """
    plain = narrow(text)
    if _BETWEEN.sub("", _SPAN.sub("", plain)):
        raise Invalid.of({"periods": "工作时段须写成 08:30-12:00 14:30-17:30 的形式"})
    return [(start.zfill(5), end.zfill(5)) for start, end in _SPAN.findall(plain)]


def _in_words(periods: Periods) -> str:
    return " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods)


def _month(year: int, month: int, calendar: WorkCalendar, view: CalendarView) -> Month:
    first = date(year, month, 1)
    dates = [first + timedelta(days=number) for number in range(31)]
    days = [_day(day, calendar, view) for day in dates if day.month == month]
    workdays = sum(day.tone in WORKED for day in days)
    return Month(f"{month} 月", workdays, [*(Day() for _ in range(first.weekday())), *days])


def _day(day: date, calendar: WorkCalendar, view: CalendarView) -> Day:
    named = next((one for one in view.days if one.day == day), None)
    worked, weekend = calendar.is_workday(day), day.weekday() in calendar.weekend
    note = named.note if named else ""
    if worked == weekend or (named and not worked):
        tone, word = ("makeup", "班") if worked else ("holiday", "休")
    elif worked and named and named.periods is not None:
        tone, word = "half", "半"
    else:
        tone, word = ("work", "") if worked else ("off", "")
    said = {"work": "工作日", "half": "工作日", "off": "周末", "makeup": "上班", "holiday": "放假"}[tone]
    periods = _in_words(named.periods) if worked and named and named.periods is not None else ""
    parts = (f"{day.month} 月 {day.day} 日 星期{WEEKDAYS[day.weekday()]}", said, note, periods)
    return Day(day.isoformat(), str(day.day), tone, word, " ".join(filter(None, parts)), note, periods)
