"""The days of one person: what was done, in which spans, how much was read in clear."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import queries
from domain.audit.schemas import DayOfPerson, Group, Timeline
from domain.kernel.actor import Actor
from domain.kernel.clock import day_bounds, local_date, stamp
from domain.kernel.refusals import NotFound
from state.audit.shapes import TONES, lines_of
from state.clock import now
from state.inputs import as_form, as_text, text_in
from state.kit.addressed import AddressedState, Asks
from state.session import SignedInState

PERIODS = (7, 30, 90, 365)
_WEEKDAYS = "一二三四五六日"
_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass
class Count:
    """How many lines of a group there are, and the list of exactly those."""

    label: str = ""
    count: int = 0
    tone: str = ""
    href: str = ""


@dataclass
class DayShown:
    """One day."""

    day: str = ""
    weekday: str = ""
    spans: str = ""
    total: int = 0
    href: str = ""
    clear: int = 0
    clear_href: str = ""
    counts: list[Count] = field(default_factory=list)


class PersonTimelineState(AddressedState, SignedInState):
    """One browser's page of one person's days."""

    ASKS: ClassVar[Asks] = Asks(open=("days",))

    loading: bool = True
    found: bool = False
    login: str = ""
    name: str = ""
    unit: str = ""
    period: str = str(PERIODS[1])
    days: list[DayShown] = []
    totals: list[Count] = []

    @rx.event
    async def load(self):
        """Open the person that the address names."""
        self.loading, self.found, self.days, self.totals = True, False, [], []
        self.login = str(self.router.url.path).strip("/").split("/")[-1]
        self._open_address()
        async with self._opening() as (session, actor):
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event
    async def choose_period(self, days: str):
        """Show so many days back."""
        self._put({"days": as_text(days)})
        await self._again()

    @rx.event
    async def go(self, form: dict):
        """Go to another person."""
        async with self._acting():
            login = text_in(as_form(form), "login", most=80).strip()
        return rx.redirect(f"/audit-person/{login}") if _LOGIN.fullmatch(login) else None

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        self.period = next((str(n) for n in PERIODS if str(n) == self.filters.get("days")), str(PERIODS[1]))
        today = local_date(now())
        until = day_bounds(today)[1]
        since = day_bounds(today - timedelta(days=int(self.period) - 1))[0]
        try:
            found = await queries.timeline(session, actor, self.login, since=since, until=until)
        except NotFound:
            self.found = False
            return
        self.found, self.name, self.unit = True, found.name, found.unit
        self.days = [_day(one, found.login) for one in found.days]
        self.totals = _totals(found, since=local_date(since), until=today)


def _day(one: DayOfPerson, login: str) -> DayShown:
    day = one.day
    return DayShown(
        day=one.day.isoformat(),
        weekday=f"周{_WEEKDAYS[one.day.weekday()]}",
        spans=" · ".join("–".join(dict.fromkeys(stamp(at, "%H:%M") for at in span)) for span in one.spans),
        total=sum(one.counts.values()),
        href=lines_of(login, day, day),
        clear=one.counts.get(Group.CLEAR, 0),
        clear_href=lines_of(login, day, day, Group.CLEAR),
        counts=_counts(one.counts, login, day, day),
    )


def _counts(counts: dict[Group, int], login: str, since: date, until: date) -> list[Count]:
    return [
        Count(group.label, counts[group], TONES[group], lines_of(login, since, until, group))
        for group in Group
        if counts.get(group)
    ]


def _totals(found: Timeline, *, since: date, until: date) -> list[Count]:
    sums: dict[Group, int] = {}
    for day in found.days:
        for group, count in day.counts.items():
            sums[group] = sums.get(group, 0) + count
    return _counts(sums, found.login, since, until)
