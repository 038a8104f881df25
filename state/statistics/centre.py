"""The centre's desk (中心工作台): what waits for it, what ends today, who is slow, who came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import views
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date, stamp
from domain.kernel.permissions import Permission
from domain.statistics.queries import county, people
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days
from domain.statistics.schemas import By, Counted, Figure, Load, Overview, PersonFigures
from domain.visits import queries as visits
from state.clock import now
from state.kit import following
from state.kit.kept import Kept
from state.session import SignedInState
from state.statistics.behind import of_figure, of_load
from state.statistics.board import Figured
from state.statistics.facts import Late, pressing

MOST_SLOW = 5
_WAITS = ("to_dispatch", "to_confirm", "to_approve", "unattended", "appealed", "to_call_back")
"""What waits for the centre, each a view of the ledger."""
_COUNTED = (Figure.OVERDUE, Figure.TODAY, Figure.OPEN, Figure.RECEIVED, Figure.CLOSED)


@dataclass(frozen=True, slots=True)
class Slowest:
    """A department or a person with late cases, and where these are."""

    name: str = ""
    beside: str = ""
    in_hand: int = 0
    overdue: int = 0
    in_hand_href: str = ""
    overdue_href: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desk is drawn from, read at one moment; no visitors: its readers do not see them."""

    at: datetime
    waits: Mapping[str, int]
    now: Overview
    people: tuple[PersonFigures, ...]
    today: tuple[Late, ...]
    visitors: int | None

    @property
    def day(self) -> Days:
        return Days(local_date(self.at), local_date(self.at))


_KEPT: Kept[Facts] = Kept("case")


async def _read(session: AsyncSession, actor: Actor, at: datetime) -> Facts:
    day = Days(local_date(at), local_date(at))
    return Facts(
        at=at,
        waits=await views.count_views(session, actor, _WAITS, at=at),
        now=await county.overview(session, actor, Scope(day), _COUNTED, by=(By.DEPARTMENT,), at=at),
        people=await people.people(session, actor, day, at=at),
        today=await pressing(session, actor, Figure.TODAY, Scope(day), at),
        visitors=await visits.people_today(session, actor, at=at) if actor.may(Permission.VISIT_VIEW) else None,
    )


class CentreState(SignedInState):
    """One browser's desk of the centre."""

    as_of: str = ""
    waits: list[Figured] = []
    day: list[Figured] = []
    today: list[Late] = []
    today_href: str = ""
    units: list[Slowest] = []
    people: list[Slowest] = []
    some_late: bool = False
    loaded: bool = False

    @rx.event
    async def load(self):
        """Open the desk."""
        async with self._opening() as (session, actor):
            actor.require(Permission.STATISTICS_VIEW)
            await self._show(session, actor)
        self.loaded = True

    @rx.event(background=True)
    async def follow(self):
        """Keep the desk live while it is open."""
        await following.follow(self, "case", "visit", read="_show", board=True)

    async def _show(self, session: AsyncSession, actor: Actor) -> None:
        at = now()
        key = (county.sees_like(actor), actor.may(Permission.VISIT_VIEW), local_date(at))
        facts = await _KEPT.of(session, key, lambda: _read(session, actor, at))
        for name, shown in _shown(facts, actor).items():
            if getattr(self, name) != shown:
                setattr(self, name, shown)


def _shown(facts: Facts, actor: Actor) -> dict[str, Any]:
    return {
        "as_of": stamp(facts.at, "%m-%d %H:%M"),
        "waits": [_wait(name, facts.waits[name]) for name in _WAITS],
        "day": [*_visitors(facts), *(_figured(facts, figure) for figure in _COUNTED)],
        "today": [one.offering(actor) for one in facts.today],
        "today_href": f"{of_figure(Figure.TODAY, facts.day)}&sort=due",
        "units": _slowest_units(facts),
        "people": _slowest_people(facts),
        "some_late": facts.now.whole[Figure.OVERDUE] > 0,
    }


def _wait(name: str, count: int) -> Figured:
    label, tone, _ = views.VIEWS[name]
    return Figured(label, f"{count:,}", "件", tone if count else "gray", f"/cases?view={name}", f"台账中{label}的件")


def _visitors(facts: Facts) -> list[Figured]:
    if facts.visitors is None:
        return []
    return [Figured("今日来访", f"{facts.visitors:,}", "人次", "green", "", "今天到窗口登记的来访人，含同行人")]


def _figured(facts: Facts, figure: Figure) -> Figured:
    count = facts.now.whole[figure]
    tone = {Figure.OVERDUE: "red", Figure.TODAY: "orange", Figure.OPEN: "blue"}.get(figure, "green")
    label = figure.label if figure.standing else f"今日{figure.label}"
    return Figured(label, f"{count:,}", "件", tone if count else "gray", of_figure(figure, facts.day), figure.says)


def _slowest_units(facts: Facts) -> list[Slowest]:
    def one(unit: Counted) -> Slowest:
        hrefs = (of_figure(figure, facts.day, department=unit.key) for figure in (Figure.OPEN, Figure.OVERDUE))
        return Slowest(unit.name, "", unit[Figure.OPEN], unit[Figure.OVERDUE], *hrefs)

    late = [unit for unit in facts.now.groups[By.DEPARTMENT] if unit.key and unit[Figure.OVERDUE]]
    return [one(unit) for unit in sorted(late, key=lambda unit: (-unit[Figure.OVERDUE], unit.key))[:MOST_SLOW]]


def _slowest_people(facts: Facts) -> list[Slowest]:
    def one(who: PersonFigures) -> Slowest:
        hrefs = (of_load(who, load, facts.day) for load in (Load.IN_HAND, Load.OVERDUE))
        return Slowest(who.name, who.unit, who.counts[Load.IN_HAND], who.counts[Load.OVERDUE], *hrefs)

    late = [who for who in facts.people if who.counts[Load.OVERDUE]]
    return [one(who) for who in sorted(late, key=lambda who: (-who.counts[Load.OVERDUE], who.name))[:MOST_SLOW]]
