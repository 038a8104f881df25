"""A year of working days: of everybody, or of one unit; the notice of a year, and single days."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as previews
from domain.calendar import queries
from domain.calendar.rules import Periods, WorkCalendar, read_periods
from domain.calendar.schemas import CalendarView, NoticeDay, Preview
from domain.kernel.actor import Actor
from domain.kernel.bounds import narrow
from domain.kernel.clock import local_date, stamp
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid, NotPermitted
from domain.orgs import queries as orgs
from domain.supervision import operations
from domain.supervision.queries import foreseen
from state.clock import now
from state.inputs import Choice, as_form, as_text, text_in
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


@dataclass
class DayAsked:
    """The date whose dialog is open."""

    iso: str = ""
    label: str = ""
    state: str = ""
    note: str = ""
    periods: str = ""


class CalendarState(SignedInState):
    """One browser's calendar."""

    loaded: bool = False
    may_edit: bool = False
    year: int = 0
    confirmed: bool = True
    months: list[Month] = []
    workdays: int = 0
    version: int = 0
    weekend: list[str] = []
    periods: str = ""
    typed_weekend: list[str] = []
    typed_periods: str = ""
    unit: str = ""
    unit_name: str = ""
    units: list[Choice] = []
    changes: list[ChangeShown] = []
    asked: DayAsked = DayAsked()
    importing: bool = False
    notice: str = ""
    source: str = ""
    sentence: str = ""
    moves: list[str] = []
    patterning: bool = False
    faults: dict[str, str] = {}
    _wanted: dict[str, Any] = {}
    """What was previewed and waits to be confirmed."""

    @rx.event
    async def load(self):
        """Open the calendar of this year."""
        async with self._opening() as (session, actor):
            self.year, self.unit = 0, ""
            self._shut()
            require_arranger(actor)
            self.may_edit = actor.has(Role.SYSADMIN)
            self.units = [Choice(str(unit.id), unit.name) for unit in await orgs.departments(session)]
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        require_arranger(actor)
        self.year = self.year or local_date(now()).year
        unit_id = UUID(self.unit) if self.unit else None
        calendar = await queries.calendar_of(session, unit_id)
        view = await queries.calendar_year(session, self.year, unit_id)
        self.months = [_month(self.year, month, calendar, view) for month in range(1, 13)]
        self.workdays = sum(month.workdays for month in self.months)
        self.confirmed, self.version = view.confirmed, view.version
        self.weekend = [str(day) for day in view.weekend]
        self.periods = _in_words(view.periods)
        self.unit_name = next((one.label for one in self.units if one.value == self.unit), "")
        rows = await queries.changes(session, limit=20)
        names = await orgs.staff_names(session, {row.changed_by for row in rows})
        self.changes = [
            ChangeShown(stamp(row.changed_at) or "初始", row.kind_label, row.note, names.get(row.changed_by, "系统"))
            for row in rows
        ]

    def _shut(self) -> None:
        self.asked, self.importing, self.patterning, self.faults = DayAsked(), False, False, {}
        self._forget()

    def _forget(self) -> None:
        self.sentence, self.moves, self._wanted = "", [], {}

    async def _foresee(self, session: AsyncSession, actor: Actor, preview: Preview, **wanted: Any) -> None:
        """Show what an act would do to the cases, and keep the act until it is confirmed."""
        seen = await foreseen(session, actor, preview, at=now())
        self.sentence, self.moves, self._wanted, self.faults = seen.sentence, list(seen.examples), wanted, {}

    @rx.event
    async def revise(self):
        """Go back from the preview to the form."""
        async with self._acting():
            self._forget()

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

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

    @rx.event
    async def ask_day(self, iso: str):
        """Open the dialog of a date."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            found = next((day for month in self.months for day in month.days if day.iso and day.iso == iso), None)
            if found and self.may_edit:
                self._shut()
                state = "on" if found.tone in WORKED else "off"
                note = found.note if state == "on" or found.tone == "holiday" else ""
                self.asked = DayAsked(found.iso, found.spoken, state, note, found.periods)

    @rx.event
    async def set_day(self, form: dict):
        """Tell what another kind of this date would move; `confirm` does it."""
        given = as_form(form)
        day, state = date.fromisoformat(self.asked.iso) if self.asked.iso else None, text_in(given, "state", most=9)
        if day is None or state not in {"on", "off", "plain"}:
            return
        note, periods = text_in(given, "note", most=200).strip(), text_in(given, "periods", most=200)
        self.asked = replace(self.asked, state=state, note=note, periods=periods)
        try:
            one = NoticeDay(day, state == "on", note, _half(periods) if state == "on" else None)
            if len(note) > MAX_NOTE:
                raise Invalid.of({"note": f"说明最多 {MAX_NOTE} 字"})
            wanted = {"days": () if state == "plain" else (one,), "removed": (day,) if state == "plain" else ()}
            async with self._acting() as (session, actor):
                found = await previews.preview_days(session, actor, **wanted, unit_id=self._unit_id(), at=now())
                await self._foresee(session, actor, found, act="days", **wanted, unit_id=self._unit_id())
        except Invalid as refusal:
            self.faults = refusal.fields

    def _unit_id(self) -> UUID | None:
        return UUID(self.unit) if self.unit else None

    @rx.event
    async def ask_import(self):
        """Open the dialog that takes in the notice of the shown year."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            self._shut()
            self.importing = True

    @rx.event
    async def preview(self, form: dict):
        """Tell what the notice would move, and write nothing."""
        given = as_form(form)
        self.notice, self.source = text_in(given, "notice"), text_in(given, "source", most=200).strip()
        self._forget()
        self.faults = {}
        if not 0 < len(self.source) <= MAX_SOURCE:
            self.faults["source"] = f"请填写文件名称或文号，最长 {MAX_SOURCE} 字"
        try:
            async with self._acting() as (session, actor):
                found = await previews.preview_notice(session, actor, self.notice, year=self.year, at=now())
                if not self.faults:
                    wanted = {"text": self.notice, "year": self.year, "source": self.source}
                    await self._foresee(session, actor, found, act="notice", **wanted)
        except Invalid as refusal:
            self.faults["notice"] = "；".join(list(refusal.fields.values())[:5]) or refusal.message

    @rx.event
    async def confirm(self):
        """Do what was previewed: publish a notice, change a date or the working hours."""
        wanted = dict(self._wanted)
        if not (act := _ACTS.get(wanted.pop("act", ""))):
            return None
        async with self._acting() as (session, actor):
            moved = await act(session, actor, **wanted, at=now())
            await self._read(session, actor)
        if "source" in wanted:
            self.notice = self.source = ""
        self._shut()
        return rx.toast.success(f"工作日历已更新，{len(moved)} 个在办时限随之变动")

    @rx.event
    async def ask_pattern(self):
        """Open the dialog of the weekend rule and the working periods."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            self._shut()
            self.patterning, self.typed_weekend, self.typed_periods = True, self.weekend, self.periods

    @rx.event
    async def set_pattern(self, form: dict):
        """Tell what another weekend or other working hours would move; `confirm` does it."""
        given = as_form(form)
        self.typed_weekend = [str(day) for day in range(7) if given.get(f"off_{day}")]
        self.typed_periods = text_in(given, "periods", most=200)
        wanted: dict[str, Any] = {"weekend": [int(day) for day in self.typed_weekend], "unit_id": self._unit_id()}
        try:
            wanted["periods"] = _spans(self.typed_periods)
            async with self._acting() as (session, actor):
                found = await previews.preview_pattern(session, actor, **wanted, at=now())
                await self._foresee(session, actor, found, act="pattern", **wanted)
        except Invalid as refusal:
            self.faults = refusal.fields


_ACTS = {"days": operations.set_days, "pattern": operations.set_pattern, "notice": operations.import_notice}
WORKED = {"work", "makeup", "half"}


def _spans(text: str) -> list[tuple[str, str]]:
    """Read typed working periods.

    :raises Invalid: something else stands there
    """
    plain = narrow(text)
    if _BETWEEN.sub("", _SPAN.sub("", plain)):
        raise Invalid.of({"periods": "工作时段须写成 08:30-12:00 14:30-17:30 的形式"})
    return [(start.zfill(5), end.zfill(5)) for start, end in _SPAN.findall(plain)]


def _half(text: str) -> Periods | None:
    return read_periods(_spans(text)) or None


def _in_words(periods: Periods) -> str:
    return " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods)


def _month(year: int, month: int, calendar: WorkCalendar, view: CalendarView) -> Month:
    first = date(year, month, 1)
    named = {one.day: one for one in view.days}
    days = [Day() for _ in range(first.weekday())]
    workdays, day = 0, first
    while day.month == month:
        worked = calendar.is_workday(day)
        workdays += worked
        days.append(_day(day, named.get(day), worked=worked, weekend=day.weekday() in calendar.weekend))
        day += timedelta(days=1)
    return Month(f"{month} 月", workdays, days)


def _day(day: date, named: NoticeDay | None, *, worked: bool, weekend: bool) -> Day:
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


def require_arranger(actor: Actor) -> None:
    """Refuse who may not see how working days are arranged.

    :raises NotPermitted: neither the centre's nor the system's administrator
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("时限和工作日由系统管理员或综治中心管理员查看和设置")
