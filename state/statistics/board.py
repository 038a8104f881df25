"""The board (综合看板): how much is open and late, what comes in, who is slow; every mark opens its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import RiskLevel
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.statistics.rules import Span, change, share, step_of
from domain.statistics.schemas import By, Counted, Figure, Load, Measure
from domain.warnings.models import Level
from domain.warnings.rules import TONES
from domain.warnings.schemas import Standing
from state.inputs import Choice
from state.kit import following
from state.kit.charts import Chart, Line
from state.kit.listing import Mark
from state.session import SignedInState
from state.statistics.behind import of_figure, of_load, of_measure
from state.statistics.facts import Facts, Late, acts_of, facts_for

MOST_GROUPS, MOST_SCENES = 10, 6
_MAPPED = {Figure.OPEN: "brand", Figure.OVERDUE: "red", Figure.ALERTED: "orange"}
"""What the map shows one of, by its tone."""


@dataclass(frozen=True, slots=True)
class Figured:
    """One figure on a tile: what it counts, where its cases are, how it was before."""

    label: str = ""
    value: str = ""
    unit: str = "件"
    tone: str = "blue"
    href: str = ""
    says: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Slow:
    """One department: what it holds and what is late, each with its address."""

    name: str = ""
    in_hand: int = 0
    overdue: int = 0
    closed: int = 0
    satisfaction: str = ""
    in_hand_href: str = ""
    overdue_href: str = ""
    closed_href: str = ""


class BoardState(SignedInState):
    """One browser's board.

    On a tour it shows one group after another; where it stands is kept here, and in no address.
    """

    span: str = Span.MONTH.value
    spans: list[Choice] = [Choice(one.value, one.label) for one in Span]
    period: str = ""
    as_of: str = ""
    scene: str = ""
    department: bool = False
    tiles: list[Figured] = []
    trend: Chart = Chart()
    map: Chart = Chart()
    areas: Chart = Chart()
    kinds: Chart = Chart()
    sources: Chart = Chart()
    risks: Chart = Chart()
    held: Chart = Chart()
    by_person: bool = False
    warnings: list[Mark] = []
    slow: list[Slow] = []
    late: list[Late] = []
    late_href: str = ""
    today: list[Late] = []
    today_href: str = ""
    loaded: bool = False
    _cut: dict[By, str] = {}
    _place: int = 0
    _drawing: tuple[Any, ...] = ()
    """Of which facts, and for whom, the board was drawn last."""

    @rx.event
    async def load(self):
        """Open the board of the period that the address names."""
        asked = str(self.router.url.query_parameters.get("span", ""))
        self.span = asked if asked in {one.value for one in Span} else Span.MONTH.value
        self.scene, self._cut, self._place = "", {}, 0
        async with self._opening() as (session, actor):
            actor.require(Permission.STATISTICS_VIEW)
            await self._show(session, actor)
        self.loaded = True

    @rx.event(background=True)
    async def follow(self):
        """Keep the board live while it is open."""
        await following.follow(self, "case", read="_show", board=True)

    @rx.event
    async def tour(self):
        """Go on to the next group of a tour: all, then the townships and the departments with most late cases."""
        async with self._acting(touch=False) as (session, actor):
            scenes = _scenes(await facts_for(session, actor, Span(self.span), {}))
            self._place = (self._place + 1) % len(scenes)
            self.scene, self._cut = scenes[self._place]
            await self._show(session, actor)

    @rx.event
    async def rest(self):
        """End a tour: show all again."""
        async with self._acting(touch=False) as (session, actor):
            self.scene, self._cut, self._place = "", {}, 0
            await self._show(session, actor)

    async def _show(self, session: AsyncSession, actor: Actor) -> None:
        facts = await facts_for(session, actor, Span(self.span), self._cut)
        offered = acts_of(actor)
        drawing = (facts.at, facts.days, tuple(facts.cut.items()), offered)
        if drawing == self._drawing:
            return
        if offered not in facts.drawn:
            facts.drawn[offered] = _shown(facts, actor)
        for name, shown in facts.drawn[offered].items():
            if getattr(self, name) != shown:
                setattr(self, name, shown)
        self._drawing = drawing


def _scenes(facts: Facts) -> list[tuple[str, dict[By, str]]]:
    """List what a tour shows: all, and of each kind the groups with most late cases."""
    found: list[tuple[str, dict[By, str]]] = [("", {})]
    for by in (By.AREA,) if facts.department else (By.AREA, By.DEPARTMENT):
        late = [one for one in facts.now.groups[by] if one.key and one[Figure.OVERDUE]]
        late.sort(key=lambda one: (-one[Figure.OVERDUE], one.key))
        found += [(one.name, {by: one.key}) for one in late[:MOST_SCENES]]
    return found


def _shown(facts: Facts, actor: Actor) -> dict[str, Any]:
    return {
        "period": facts.days.word,
        "as_of": stamp(facts.at, "%m-%d %H:%M"),
        "department": facts.department,
        "tiles": _tiles(facts),
        "trend": _trend(facts),
        "map": _map(facts),
        "areas": _open_by(facts, By.AREA),
        "kinds": _kinds(facts),
        "sources": _ring(facts, By.SOURCE, Figure.RECEIVED),
        "risks": _ring(facts, By.RISK, Figure.OPEN, {"high": "red", "medium": "orange", "low": "green"}),
        "held": _held(facts),
        "by_person": bool(facts.people),
        "warnings": _warnings(facts),
        "slow": _slow(facts),
        "late": _beside(facts.late, facts, actor),
        "late_href": _href(facts, Figure.OVERDUE),
        "today": _beside(facts.today, facts, actor),
        "today_href": f"{_href(facts, Figure.TODAY)}&sort=due",
    }


def _beside(found: tuple[Late, ...], facts: Facts, actor: Actor) -> list[Late]:
    # A department knows whose its cases are.
    offered = [one.offering(actor) for one in found]
    return [replace(one, department="") for one in offered] if facts.department else offered


def _href(facts: Facts, figure: Figure, **more: str) -> str:
    return of_figure(figure, facts.days, **{by.value: key for by, key in facts.cut.items()} | more)


def _tiles(facts: Facts) -> list[Figured]:
    whole, then = facts.now.whole, facts.before
    first = Figure.TO_ACCEPT if facts.department else Figure.UNDISPATCHED
    standing = {
        Figure.OPEN: "blue", Figure.OVERDUE: "red", Figure.SOON: "orange",
        Figure.HIGH: "red", first: "blue", Figure.CONFIRM: "yellow",
    }  # fmt: skip
    found = [_tile(facts, figure, tone) for figure, tone in standing.items()]
    for figure in (Figure.RECEIVED, Figure.CLOSED):
        changed = change(whole[figure], then[figure])
        found.append(_tile(facts, figure, "green", note=f"环比 {changed}" if changed else ""))
    found.append(_rate(facts, "按期办结率", Figure.ON_TIME, Figure.CLOSED, Figure.LATE))
    found.append(_rate(facts, "评价满意率", Figure.SATISFIED, Figure.RATED, Figure.RATED))
    return found


def _tile(facts: Facts, figure: Figure, tone: str, note: str = "") -> Figured:
    count = facts.now.whole[figure]
    return Figured(figure.label, f"{count:,}", "件", tone if count else "gray", _href(facts, figure), figure.says, note)


def _rate(facts: Facts, label: str, part: Figure, of: Figure, opens: Figure) -> Figured:
    whole, then = facts.now.whole, facts.before
    rate, earlier = share(whole[part], whole[of]), share(then[part], then[of])
    note = f"{opens.label} {whole[opens]:,} 件" + ("" if earlier is None else f"，上期 {earlier:.0f}%")
    value = "—" if rate is None else f"{rate:.1f}"
    href = _href(facts, opens)
    return Figured(label, value, "" if rate is None else "%", "green", href, f"{part.says}，占{of.label}的比例", note)


def _trend(facts: Facts) -> Chart:
    tones = {Figure.RECEIVED: "brand", Figure.CLOSED: "green"}
    lines = [
        Line(
            figure.label,
            tone,
            [float(counts[figure]) for _, counts in facts.trend],
            [_href(replace(facts, days=days), figure) for days, _ in facts.trend],
        )
        for figure, tone in tones.items()
    ]
    labels = [f"{days.first:%m-%d}" for days, _ in facts.trend]
    said = f"每一点是一{step_of(facts.days).label}内受理和办结的件数"
    return Chart("line", labels, lines, said=said)


def _bars(facts: Facts, by: By, figures: Mapping[Figure, str], order: Callable[[Counted], Any], said: str) -> Chart:
    groups = sorted(facts.now.groups[by], key=order)[:MOST_GROUPS]
    groups = [one for one in groups if any(one[figure] for figure in figures)]
    return Chart("row", [one.name for one in groups], _lines(facts, by, figures, groups), said=said)


def _lines(facts: Facts, by: By, figures: Mapping[Figure, str], groups: Sequence[Counted]) -> list[Line]:
    return [
        Line(
            figure.label,
            tone,
            [float(one[figure]) for one in groups],
            [_href(facts, figure, **{by.value: one.key}) for one in groups],
        )
        for figure, tone in figures.items()
    ]


def _open_by(facts: Facts, by: By) -> Chart:
    figures = {Figure.OPEN: "brand", Figure.OVERDUE: "red"}
    return _bars(facts, by, figures, lambda one: (-one[Figure.OPEN], one.key), "此刻在办的件，和其中已超期的")


def _map(facts: Facts) -> Chart:
    """Draw the townships whose border is known; others that hold cases stand in the table alone."""
    if not facts.townships:
        return Chart()
    cut = facts.cut.get(By.AREA)
    drawn = {one.code: one.name for one in facts.townships if cut in {None, one.code}}
    found = {one.key: one for one in facts.now.groups[By.AREA] if any(one[figure] for figure in _MAPPED)}
    counted = {key: Counted(key, name, {}) for key, name in drawn.items()} | found
    groups = sorted(counted.values(), key=lambda one: (-one[Figure.OPEN], one.key))
    lines = _lines(facts, By.AREA, _MAPPED, groups)
    keys = [one.key if one.key in drawn else "" for one in groups]
    said = "此刻各乡镇街道在办、已超期和红橙预警待反馈的件，颜色越深越多"
    return Chart("map", [one.name for one in groups], lines, said=said, keys=keys)


def _held(facts: Facts) -> Chart:
    """Draw who holds what: the people of a department, or in a township the departments; else nothing."""
    if By.AREA in facts.cut and not facts.department:
        return _open_by(facts, By.DEPARTMENT)
    if not facts.people:
        return Chart()
    people = sorted(facts.people, key=lambda one: (-one.counts[Load.IN_HAND], -one.counts[Load.OVERDUE], one.name))
    shown = [one for one in people if one.counts[Load.IN_HAND]][:MOST_GROUPS]
    lines = [
        Line(
            load.label,
            tone,
            [float(one.counts[load]) for one in shown],
            [of_load(one, load, facts.days) for one in shown],
        )
        for load, tone in ((Load.IN_HAND, "brand"), (Load.OVERDUE, "red"))
    ]
    return Chart("row", [one.name for one in shown], lines, said="此刻由各人主办、尚未办结的件，和其中已超期的")


def _kinds(facts: Facts) -> Chart:
    return _bars(
        facts,
        By.CATEGORY,
        {Figure.RECEIVED: "brand"},
        lambda one: (-one[Figure.RECEIVED], one.key),
        Figure.RECEIVED.says,
    )


def _ring(facts: Facts, by: By, figure: Figure, tones: Mapping[str, str] | None = None) -> Chart:
    groups = [one for one in facts.now.groups[by] if one[figure]]
    if tones:
        groups.sort(key=lambda one: [level.value for level in RiskLevel].index(one.key))
    line = Line(
        figure.label,
        "brand",
        [float(one[figure]) for one in groups],
        [_href(facts, figure, **{by.value: one.key}) for one in groups],
        [tones[one.key] for one in groups] if tones else [],
    )
    return Chart("ring", [one.name for one in groups], [line], said=figure.says)


def _warnings(facts: Facts) -> list[Mark]:
    # The newest labels of outside models by level, and those whose answer is late.
    late = Standing.LATE
    kinds = [(level.value, level.label, TONES[level]) for level in Level] + [(late.value, late.label, "red")]
    return [
        Mark(f"{label} {count:,}", tone, href=f"/risk-alerts?view={view}")
        for view, label, tone in kinds
        if (count := facts.warnings.get(view, 0))
    ]


def _slow(facts: Facts) -> list[Slow]:
    held = [one for one in facts.departments if one.total or one.returned]
    held.sort(key=lambda one: (-one.overdue, -one.in_hand, one.department))
    return [
        Slow(
            one.name,
            one.in_hand,
            one.overdue,
            one.closed,
            f"{one.satisfaction:.1f}" if one.satisfaction else "—",
            *(
                of_measure(one.department, measure, facts.days)
                for measure in (Measure.IN_HAND, Measure.OVERDUE, Measure.CLOSED)
            ),
        )
        for one in held[:MOST_GROUPS]
    ]
