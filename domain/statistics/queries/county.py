"""Figures of the cases within reach: one definition of each gives its number, its groups and its list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases import categories
from domain.cases.models import Case, RiskLevel, Source
from domain.cases.queries import views
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor
from domain.kernel.clock import SHANGHAI
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from domain.orgs import queries as orgs
from domain.statistics.queries import summed as summary
from domain.statistics.queries.defined import KEYS, Scope, among, belongs, moment_of, seen_by, sees_whole
from domain.statistics.queries.listed import listed
from domain.statistics.rules import Days, points
from domain.statistics.schemas import By, Counted, Figure, Overview

_NOWHERE = {By.AREA: "属地不明", By.CATEGORY: "未分类", By.DEPARTMENT: "尚未派单"}
TREND = (Figure.RECEIVED, Figure.CLOSED)
_GROUPS = {code[:2]: one.group for code, one in categories.CATEGORIES.items()}


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
    summed = [one for one in figures if one in _SUMMED] if _are_summed(actor, scope) else []
    live = [one for one in figures if one not in summed]
    found = await _counted(session, _counting(actor, scope, live, by, at), live, by) if live else {}
    if summed:
        kinds = (summary.WHOLE, *(one.value for one in by))
        for kind, key, figure, number in await summary.numbers(session, scope.days, kinds):
            found.setdefault((kind, key), {})[figure] = number
    groups = {
        one: {key: _filled(counts, figures) for (kind, key), counts in found.items() if kind == one.value} for one in by
    }
    return Overview(
        Counted("", "", _filled(found.get((summary.WHOLE, ""), {}), figures)),
        {one: await _named(session, one, named) for one, named in groups.items()},
    )


def _are_summed(actor: Actor, scope: Scope) -> bool:
    return sees_whole(actor) and not scope.cuts


def _counting(actor: Actor, scope: Scope, figures: Collection[Figure], by: Sequence[By], at: datetime) -> Select[Any]:
    asked = _asked(figures)
    seen = seen_by(actor)
    lines = (
        select(
            *(KEYS[one].label(f"by_{one.value}") for one in by),
            *(belongs(one, actor, scope.days, at).label(one.value) for one in asked),
        )
        .where(seen, *scope.narrowed, among(figures, scope.days))
        .subquery()
    )
    keys = [lines.c[f"by_{one.value}"] for one in by]
    numbers = [func.count().filter(lines.c[one.value]) for one in asked]
    grouped: Any = [func.grouping(key) for key in keys]
    together = func.grouping_sets(_ALL, *keys)
    counting: Any = select(*grouped, *keys, *numbers).select_from(lines).group_by(together)
    return counting


async def _counted(
    session: AsyncSession, counting: Select[Any], figures: Collection[Figure], by: Sequence[By]
) -> dict[tuple[str, str], dict[Figure, int]]:
    found: dict[tuple[str, str], dict[Figure, int]] = {}
    for row in await session.execute(counting):
        marks, names, counts = row[: len(by)], row[len(by) : 2 * len(by)], row[2 * len(by) :]
        kind = next((place for place, mark in enumerate(marks) if mark == 0), None)
        group = (summary.WHOLE, "") if kind is None else (by[kind].value, names[kind] or "")
        found[group] = dict(zip(_asked(figures), counts, strict=True))
    return found


_ALL: ColumnElement[Any] = literal_column("()")
_IN_TIME = (Figure.CLOSED, Figure.LATE)
_SUMMED = frozenset({*summary.KEPT, Figure.ON_TIME})


def _asked(figures: Collection[Figure]) -> list[Figure]:
    # What was closed in time is what was closed and not late: asked once, since breaches are looked up case by case.
    derived = Figure.ON_TIME in figures and all(one in figures for one in _IN_TIME)
    return [one for one in figures if not (derived and one is Figure.ON_TIME)]


def _filled(counted: Mapping[Figure, int], figures: Collection[Figure]) -> dict[Figure, int]:
    in_time = counted.get(Figure.CLOSED, 0) - counted.get(Figure.LATE, 0)
    return {one: counted.get(one, in_time if one is Figure.ON_TIME else 0) for one in figures}


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
    found: dict[date, Counter[Figure]] = defaultdict(Counter)
    for day, figure, number in await _by_days(session, actor, scope, at):
        found[day][figure] += number
    return tuple(
        (
            days,
            {
                figure: sum(counts[figure] for day, counts in found.items() if days.first <= day <= days.last)
                for figure in TREND
            },
        )
        for days in points(scope.days)
    )


async def _by_days(session: AsyncSession, actor: Actor, scope: Scope, at: datetime) -> list[tuple[date, Figure, int]]:
    if _are_summed(actor, scope):
        return await summary.by_days(session, scope.days, TREND)
    found: list[tuple[date, Figure, int]] = []
    for figure in TREND:
        day = cast(func.timezone(SHANGHAI.key, moment_of(figure)), Date).label("day")
        lines = select(day).where(seen_by(actor), *scope.narrowed, belongs(figure, actor, scope.days, at)).subquery()
        counted = await session.execute(select(lines.c.day, func.count()).group_by(lines.c.day))
        found += [(day, figure, number) for day, number in counted]
    return found


def sees_like(actor: Actor) -> tuple[Any, ...]:
    """Give what tells readers of figures apart: two with the same read the same numbers.

    Who sees the whole county sees no more by having registered a case: drafts are in no figure.
    """
    speaks = tuple(sorted(actor.unit_ids)) if views.speaks_for_department(actor) else ()
    if sees_whole(actor):
        return (actor.reach, speaks, actor.may(Permission.STATISTICS_VIEW))
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
    seen = seen_by(actor)
    every = select(Case).where(seen, *scope.narrowed, belongs(figure, actor, scope.days, at))
    total = await _total(session, actor, figure, scope)
    return await listed(session, actor, every, at=at, cursor=cursor, size=size, sort=sort, total=total)


async def _total(session: AsyncSession, actor: Actor, figure: Figure, scope: Scope) -> int | None:
    # A list of hundreds of thousands is not counted where the sums know how long it is.
    if figure not in _SUMMED or not sees_whole(actor) or len(scope.cuts) > 1:
        return None
    kind, key = next(((by.value, key) for by, key in scope.cuts.items()), (summary.WHOLE, ""))
    found = {one: number for _, _, one, number in await summary.numbers(session, scope.days, [kind], key)}
    return _filled(found, [figure])[figure]


async def numbers_behind(
    session: AsyncSession, actor: Actor, figure: Figure, scope: Scope, *, at: datetime
) -> tuple[str, ...]:
    """Give the numbers of exactly the cases that a figure counts, the soonest due before.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    seen = seen_by(actor)
    every = select(col(Case.number)).where(seen, *scope.narrowed, belongs(figure, actor, scope.days, at))
    return tuple(await session.scalars(every.order_by(col(Case.due_at), col(Case.number))))
