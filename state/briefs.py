"""The morning brief: what it told on a day, each figure the way to its cases, and what waits for a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import reflex as rx

from domain.briefs import queries
from domain.briefs.schemas import BriefView, Told
from domain.kernel import bounds
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.statistics.rules import change
from domain.statistics.schemas import Figure
from state.clock import now
from state.session import SignedInState
from state.statistics.behind import PATH, of_figure
from state.statistics.board import Figured

WEEKDAYS = "一二三四五六日"
TONES = {Figure.RECEIVED: "blue", Figure.CLOSED: "green", Figure.TODAY: "orange"}
"""Of the figures of a brief; the others are red."""


@dataclass(frozen=True, slots=True)
class AskShown:
    """One case that waits for a word."""

    reason: str = ""
    number: str = ""
    title: str = ""
    department: str = ""
    status: str = ""
    due: str = ""
    tone: str = ""


class BriefState(SignedInState):
    """One browser's brief."""

    day: str = ""
    title: str = ""
    period: str = ""
    made: str = ""
    tiles: list[Figured] = []
    asks: list[AskShown] = []
    earlier: str = ""
    later: str = ""
    may_export: bool = False
    loaded: bool = False

    @rx.event
    async def load(self):
        """Open the brief of the day that the address names, or the newest."""
        self.day, self.loaded = "", False
        async with self._opening() as (session, actor):
            self.may_export = actor.may(Permission.CASE_EXPORT)
            try:
                self._show(await queries.view(session, actor, self._asked(), at=now()))
            except (NotFound, Invalid):
                self.earlier = self.later = ""
        self.loaded = True

    def _asked(self) -> date | None:
        _, *named = str(self.router.url.path).strip("/").split("/")
        return bounds.day(named[0], label="晨报日期", field="day") if named else None

    def _show(self, view: BriefView) -> None:
        self.day = view.day.isoformat()
        self.title, self.period = title_of(view.day), view.days.word
        self.made = stamp(view.made_at, "%m-%d %H:%M")
        self.tiles = [_tile(view, one) for one in view.figures]
        self.asks = asks_shown(view)
        self.earlier, self.later = (day.isoformat() if day else "" for day in (view.earlier, view.later))


def title_of(day: date) -> str:
    """Name a day for the head of a brief."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日，星期{WEEKDAYS[day.weekday()]}"


def asks_shown(view: BriefView) -> list[AskShown]:
    """Give what waits for a word as text."""
    return [
        AskShown(
            one.reason.label, one.case.number, one.case.title, one.case.department, one.case.status_label,
            one.case.due, one.case.tone,
        )
        for one in view.asks
    ]  # fmt: skip


def note_of(one: Told) -> str:
    """Say how a figure was before; empty for one of the moment."""
    if one.before is None:
        return ""
    changed = change(one.count, one.before)
    return f"上期 {one.before:,} 件" + (f"，环比 {changed}" if changed else "")


def _tile(view: BriefView, one: Told) -> Figured:
    # A figure of the moment opens what was counted then: now it would be another.
    kept = {"figure": one.figure.value, "brief": view.day.isoformat()}
    href = f"{PATH}?{urlencode(kept)}" if one.figure.standing else of_figure(one.figure, view.days)
    tone = TONES.get(one.figure, "red") if one.count else "gray"
    return Figured(one.figure.label, f"{one.count:,}", "件", tone, href, one.figure.says, note_of(one))
