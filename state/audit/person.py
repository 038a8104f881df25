"""The days of one person: what was done, in which spans, how much was read in clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import queries
from domain.audit.schemas import DayOfPerson, Group
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.clock import day_bounds, local_date, stamp
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs
from state.audit.shapes import TONES, lines_of
from state.inputs import as_form, text_in
from state.kit.listing import Col, Listing, ListState, Mark
from state.session import SignedInState

_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Period(Labelled):
    """So many days back, today among them."""

    WEEK = "7", "最近 7 天"
    MONTH = "30", "最近 30 天"
    QUARTER = "90", "最近 90 天"
    YEAR = "365", "最近 365 天"


@dataclass(frozen=True, slots=True)
class DaysWanted:
    # the page takes the account from its path
    login: Annotated[str, Ask("账号", linked=True, personal=True)] = ""
    days: Annotated[Period, Ask("期间")] = Period.MONTH


async def _days(session: AsyncSession, actor: Actor, wanted: DaysWanted, *, at: datetime) -> Sequence[DayOfPerson]:
    today = local_date(at)
    since, until = day_bounds(today - timedelta(days=int(wanted.days) - 1))[0], day_bounds(today)[1]
    try:
        return (await queries.timeline(session, actor, wanted.login, since=since, until=until)).days
    except NotFound:
        return ()


def _figures(login: str, since: date, until: date, counts: Mapping[Group, int]) -> list[Mark]:
    """Give figures by group, each the way to its lines."""
    return [
        Mark(f"{group.label} {counts[group]}", TONES[group], href=lines_of(login, since, until, group))
        for group in Group
        if counts.get(group)
    ]


def _of_day(one: DayOfPerson) -> list[Mark]:
    return _figures(one.login, one.day, one.day, one.counts)


def _spans(one: DayOfPerson) -> str:
    return " · ".join("–".join(dict.fromkeys(stamp(at, "%H:%M") for at in span)) for span in one.spans)


def _clear(one: DayOfPerson) -> int:
    return one.counts.get(Group.CLEAR, 0)


DAYS: Listing[DayOfPerson] = Listing(
    "person-days",
    "人员时间线",
    _days,
    (
        Col("day", "日期", lambda one: one.day.isoformat(), look="bold", sort=True, phone="head"),
        Col("weekday", "星期", lambda one: f"周{'一二三四五六日'[one.day.weekday()]}", phone="tag"),
        Col("spans", "活动时段", _spans, look="wide", chars=40),
        Col(
            "total", "操作", lambda one: f"{one.total} 次", by=lambda one: one.total, sort=True,
            link=lambda one: lines_of(one.login, one.day, one.day),
        ),
        Col(
            "clear", "查看明文", lambda one: f"{_clear(one)} 次" if _clear(one) else "", by=_clear, sort=True,
            link=lambda one: lines_of(one.login, one.day, one.day, Group.CLEAR) if _clear(one) else "",
        ),
        Col("counts", "按类别", lambda one: "、".join(mark.text for mark in _of_day(one)), marks=_of_day, chars=40),
    ),
    key=lambda one: one.day.isoformat(),
    rights=(Permission.JOURNAL_AUDIT,),
    wanted=DaysWanted,
    whole=True,
    shown=366,
    tone=lambda one: "orange" if _clear(one) else "",
    none_yet=("这段时间没有任何操作", "换一个更长的期间再看"),
)  # fmt: skip


class PersonTimelineState(ListState, SignedInState):
    """One browser's page of one person's days."""

    LISTING: ClassVar = DAYS
    found: bool = False
    login: str = ""
    name: str = ""
    unit: str = ""
    totals: list[Mark] = []

    @rx.event
    async def go(self, form: dict):
        """Go to another person."""
        async with self._acting():
            login = text_in(as_form(form), "login", most=80).strip()
        return rx.redirect(f"/audit-person/{login}") if _LOGIN.fullmatch(login) else None

    def _known(self) -> dict[str, str]:
        return {"login": self.login}

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.JOURNAL_AUDIT)
        self.login = str(self.router.url.path).strip("/").split("/")[-1]
        person = await orgs.person_of_login(session, self.login)
        self.found = person is not None
        self.name, self.unit = (person.name, person.unit_name) if person else ("", "")

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        days = (await self._listed(session, actor)).items
        sums = sum((Counter(one.counts) for one in days), Counter[Group]())
        ends = sorted(one.day for one in days)
        self.totals = _figures(self.login, ends[0], ends[-1], sums) if ends else []
