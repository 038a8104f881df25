"""Figures of the cases within reach: one definition of each gives its number, its groups and its list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases import categories, workflow
from domain.cases.models import Case, RiskLevel, Ruling, Satisfaction, Source
from domain.cases.queries import views
from domain.cases.queries.reach import visible_to
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor
from domain.kernel.clock import SHANGHAI, local_date
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission, Reach
from domain.orgs import queries as orgs
from domain.statistics.queries.listed import listed
from domain.statistics.rules import Days, points, step_of
from domain.statistics.schemas import By, Counted, Figure, Overview
from domain.supervision import queries as supervision
from domain.supervision.models import Breach

_CONTENT = (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIR)
_NOWHERE = {By.AREA: "属地不明", By.CATEGORY: "未分类", By.DEPARTMENT: "尚未派单"}
_KEYS: Mapping[By, ColumnElement[Any]] = {
    By.AREA: func.split_part(col(Case.area_path), "/", 3),
    By.CATEGORY: func.left(col(Case.category), 2),
    By.SOURCE: cast(col(Case.source), String),
    By.RISK: cast(col(Case.risk_level), String),
    By.DEPARTMENT: func.coalesce(cast(col(Case.lead_unit_id), String), ""),
}
"""What a case is told apart by; what is grouped by it is narrowed by it."""
_GROUPS = {code[:2]: one.group for code, one in categories.CATEGORIES.items()}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are counted: a period, and of each kind one group or all."""

    days: Days
    cuts: Mapping[By, str] = field(default_factory=dict[By, str])


def _of_period(column: Any, days: Days) -> ColumnElement[bool]:
    kept = col(Case.merged_into_id).is_(None)
    return and_(column >= days.since, column < days.until, kept)


def _late() -> ColumnElement[bool]:
    return select(col(Breach.id)).where(col(Breach.case_id) == col(Case.id), supervision.counts()).exists()


def _belongs(figure: Figure, actor: Actor, days: Days, at: datetime) -> ColumnElement[bool]:
    # The one definition of a figure: its number counts these cases, its list names them.
    seen = {
        Figure.OPEN: "open", Figure.OVERDUE: "overdue", Figure.SOON: "due_24h",
        Figure.UNDISPATCHED: "to_dispatch", Figure.TO_ACCEPT: "to_accept", Figure.CONFIRM: "to_confirm",
    }  # fmt: skip
    if figure in seen:
        return views.VIEWS[seen[figure]][2](actor, at)
    if figure is Figure.HIGH:
        return and_(views.is_open(actor, at), col(Case.risk_level) == RiskLevel.HIGH)
    if figure is Figure.RECEIVED:
        return _of_period(col(Case.submitted_at), days)
    if figure in {Figure.RATED, Figure.SATISFIED}:
        counts = col(Case.appeal_ruling).is_distinct_from(Ruling.MALICIOUS)
        grades = _CONTENT if figure is Figure.SATISFIED else tuple(Satisfaction)
        return and_(_of_period(col(Case.rated_at), days), col(Case.satisfaction).in_(grades), counts)
    closed = and_(_of_period(col(Case.closed_at), days), col(Case.status) == Status.CLOSED)
    return {Figure.CLOSED: closed, Figure.ON_TIME: and_(closed, ~_late()), Figure.LATE: and_(closed, _late())}[figure]


def _among(figures: Collection[Figure], days: Days) -> ColumnElement[bool]:
    # Wherever a counted case may lie, in words that the indexes know; which figure it belongs to is asked of these.
    roots: dict[str, ColumnElement[bool]] = {}
    for figure in figures:
        if figure.standing:
            roots["standing"] = and_(col(Case.status).in_(workflow.OPEN), views.in_work())
        elif figure is Figure.RECEIVED:
            roots["received"] = _of_period(col(Case.submitted_at), days)
        elif figure in {Figure.RATED, Figure.SATISFIED}:
            roots["rated"] = _of_period(col(Case.rated_at), days)
        else:
            roots["closed"] = _of_period(col(Case.closed_at), days)
    return or_(*roots.values())


def _cut(scope: Scope) -> list[ColumnElement[bool]]:
    return [_KEYS[by] == key for by, key in scope.cuts.items()]


async def overview(
    session: AsyncSession,
    actor: Actor,
    scope: Scope,
    figures: Collection[Figure],
    *,
    by: Sequence[By] = (),
    at: datetime,
) -> Overview:
    """Count some figures, of all and of the groups of each kind, in one statement.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    rows = await session.execute(_counting(actor, scope, figures, by, at))
    whole = Counted("", "", dict.fromkeys(figures, 0))
    found: dict[By, dict[str, dict[Figure, int]]] = {one: {} for one in by}
    for row in rows:
        marks, names, counts = row[: len(by)], row[len(by) : 2 * len(by)], row[2 * len(by) :]
        counted = _filled(dict(zip(_asked(figures), counts, strict=True)), figures)
        kind = next((place for place, mark in enumerate(marks) if mark == 0), None)
        if kind is None:
            whole = Counted("", "", counted)
        else:
            found[by[kind]][names[kind] or ""] = counted
    return Overview(whole, {one: await _named(session, one, groups) for one, groups in found.items()})


def _counting(actor: Actor, scope: Scope, figures: Collection[Figure], by: Sequence[By], at: datetime) -> Select[Any]:
    asked = _asked(figures)
    lines = (
        select(
            *(_KEYS[one].label(f"by_{one.value}") for one in by),
            *(_belongs(one, actor, scope.days, at).label(one.value) for one in asked),
        )
        .where(visible_to(actor), *_cut(scope), _among(figures, scope.days))
        .subquery()
    )
    keys = [lines.c[f"by_{one.value}"] for one in by]
    numbers = [func.count().filter(lines.c[one.value]) for one in asked]
    grouped: Any = [func.grouping(key) for key in keys]
    together = func.grouping_sets(_ALL, *keys)
    counting: Any = select(*grouped, *keys, *numbers).select_from(lines).group_by(together)
    return counting


_ALL: ColumnElement[Any] = literal_column("()")
_IN_TIME = (Figure.CLOSED, Figure.LATE)


def _asked(figures: Collection[Figure]) -> list[Figure]:
    # What was closed in time is what was closed and not late: asked once, since breaches are looked up case by case.
    derived = Figure.ON_TIME in figures and all(one in figures for one in _IN_TIME)
    return [one for one in figures if not (derived and one is Figure.ON_TIME)]


def _filled(counted: dict[Figure, int], figures: Collection[Figure]) -> dict[Figure, int]:
    closed, late = (counted.get(one, 0) for one in _IN_TIME)
    return {one: counted.get(one, closed - late) for one in figures}


async def _named(session: AsyncSession, by: By, groups: Mapping[str, Mapping[Figure, int]]) -> tuple[Counted, ...]:
    names = await _names(session, by, groups)
    counted = [Counted(key, names.get(key) or _NOWHERE.get(by, key), figures) for key, figures in groups.items()]
    return tuple(sorted(counted, key=lambda one: (-sum(one.figures.values()), one.key)))


async def _names(session: AsyncSession, by: By, keys: Collection[str]) -> Mapping[str, str]:
    if by is By.AREA:
        found = await areas.names_of(session, [f"/{key}/" for key in keys if key])
        return {path.strip("/"): name for path, name in found.items()}
    if by is By.CATEGORY:
        return _GROUPS
    if by is By.SOURCE:
        return {one.value: one.label for one in Source}
    if by is By.RISK:
        return {one.value: one.label for one in RiskLevel}
    return {str(unit.id): unit.name for unit in await orgs.departments(session)}


async def name_of(session: AsyncSession, by: By, key: str) -> str:
    """Give the name of a group."""
    return (await _names(session, by, [key])).get(key) or _NOWHERE.get(by, key)


async def trend(
    session: AsyncSession, actor: Actor, scope: Scope, *, at: datetime
) -> tuple[tuple[Days, Mapping[Figure, int]], ...]:
    """Count what was received and closed at each point of a period.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    found: dict[Figure, dict[Any, int]] = {}
    for figure, column in ((Figure.RECEIVED, col(Case.submitted_at)), (Figure.CLOSED, col(Case.closed_at))):
        point = func.date_trunc(literal(step_of(scope.days).value), column, literal(SHANGHAI.key)).label("point")
        lines = select(point).where(visible_to(actor), *_cut(scope), _belongs(figure, actor, scope.days, at)).subquery()
        counted = await session.execute(select(lines.c.point, func.count()).group_by(lines.c.point))
        # the first point begins with the period, wherever its week or month does
        found[figure] = {max(local_date(moment), scope.days.first): number for moment, number in counted}
    return tuple(
        (days, {figure: counts.get(days.first, 0) for figure, counts in found.items()}) for days in points(scope.days)
    )


def sees_like(actor: Actor) -> tuple[Any, ...]:
    """Give what tells readers of figures apart: two with the same read the same numbers.

    Who sees the whole county sees no more by having registered a case: drafts are in no figure.
    """
    speaks = tuple(sorted(actor.unit_ids)) if views.speaks_for_department(actor) else ()
    if actor.reach is Reach.ALL and actor.only_case is None:
        return (actor.reach, speaks, actor.may(Permission.CASE_VIEW), actor.may(Permission.STATISTICS_VIEW))
    return (actor.reach, speaks, actor.account_id, actor.stands_for)


async def cases_behind(
    session: AsyncSession,
    actor: Actor,
    figure: Figure,
    scope: Scope,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    sort: str = "",
) -> Page[CaseRow]:
    """Give exactly the cases that a figure counts; see `listed`.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    every = select(Case).where(visible_to(actor), *_cut(scope), _belongs(figure, actor, scope.days, at))
    return await listed(session, actor, every, at=at, cursor=cursor, size=size, sort=sort)
