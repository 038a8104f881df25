"""Reads of areas. The map of a county is public: these reads are not scoped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, false, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.areas import rules
from domain.areas.models import Area, AreaChange, Datum, Level
from domain.areas.schemas import AreaView, ChangeView, Drawn, ListRow, Plan, Point, Shape, shape_in
from domain.kernel import driver
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound

SEPARATOR = " / "
_BARE = select(Area).options(defer(col(Area.shape)))  # type: ignore[arg-type]


async def all_areas(session: AsyncSession) -> tuple[AreaView, ...]:
    """List every area in use, each after the one it lies in."""
    return tuple(AreaView.of(area) for area in await _IN_USE.of(session))


_IN_USE = driver.Reading(
    Area, lambda query: query.where(col(Area.ended_on).is_(None)).order_by(col(Area.path)), without=("shape",)
)


async def every_area(session: AsyncSession) -> tuple[AreaView, ...]:
    """List the areas that were ended, too; what was merged stands after what it was merged into."""
    return tuple(AreaView.of(area) for area in await session.scalars(_BARE.order_by(col(Area.path))))


async def by_code(session: AsyncSession, code: str) -> AreaView:
    """Find an area by its code, one that was ended too.

    :raises NotFound: there is none
    """
    area = (await session.scalars(_BARE.where(col(Area.code) == code))).one_or_none()
    if area is None:
        raise NotFound("没有这个区划，请从列表中选择")
    return AreaView.of(area)


async def held(session: AsyncSession, code: str) -> AreaView:
    """Find an area by its code and keep its path from being changed until the act ends; see `by_code`.

    :raises NotFound: there is none
    """
    found = await _HELD.of(session, code=code)
    if not found:
        raise NotFound("没有这个区划，请从列表中选择")
    return AreaView.of(found[0])


_HELD = driver.Reading(
    Area,
    lambda query: query.where(col(Area.code) == bindparam("code")).with_for_update(read=True, of=Area),
    without=("shape",),
)


async def search(session: AsyncSession, text: str, limit: int = 20) -> tuple[AreaView, ...]:
    """Find areas in use by a piece of their name, present or former, or the beginning of their code, widest first."""
    wanted = rules.escaped(text.strip())
    if not wanted:
        return ()
    once = select(col(AreaChange.area_id)).where(
        or_(col(AreaChange.name).like(f"%{wanted}%"), col(AreaChange.code).like(f"{wanted}%"))
    )
    fits = or_(col(Area.name).like(f"%{wanted}%"), col(Area.code).like(f"{wanted}%"), col(Area.id).in_(once))
    query = (
        _BARE.where(fits, col(Area.ended_on).is_(None))
        .order_by(func.length(col(Area.code)), col(Area.code))
        .limit(limit)
    )
    return tuple(AreaView.of(area) for area in await session.scalars(query))


def within(path: str, column: Any = Area.path) -> ColumnElement[bool]:
    """Make the condition "at or below this area" for a column that holds paths.

    An empty path reaches nothing.
    """
    return col(column).like(pattern(path)) if path.strip("/") else false()


def pattern(path: str) -> str:
    """Give the pattern of paths at or below an area, as `within` compares it."""
    return rules.prefix_pattern(path)


async def name_of(session: AsyncSession, path: str) -> str:
    """Write the present names along a path ("清溪县 / 枫林镇 / 上洋村"); empty when unknown."""
    return (await names_of(session, [path]))[path]


async def names_of(session: AsyncSession, paths: Collection[str]) -> dict[str, str]:
    """Write the present names along several paths at once.

    A merged area reads as the one it was merged into; a code that was given up leads to the area that bore it.
    """
    codes = {code for path in paths for code in rules.codes_in(path)}
    if not codes:
        return dict.fromkeys(paths, "")
    rows = await _NAMES.rows(session, codes=list(codes))
    names: dict[str, str] = {code: "" if successor else name for code, name, successor in rows}
    if unknown := codes - set(names):
        names |= await _names_of_former(session, unknown)
    return {path: SEPARATOR.join(filter(None, (names.get(c, "") for c in rules.codes_in(path)))) for path in paths}


_NAMES = driver.Made(
    select(col(Area.code), col(Area.name), col(Area.successor_id)).where(driver.among(col(Area.code), "codes"))
)


async def _names_of_former(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    query = (
        select(col(AreaChange.code), col(Area.name))
        .join(Area, col(Area.id) == col(AreaChange.area_id))
        .where(col(AreaChange.code).in_(codes))
        .order_by(col(AreaChange.recorded_at))
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def code_now(session: AsyncSession, path: str) -> str:
    """Give the code of the area in use that a path leads to: its own, or that of what it was merged into."""
    codes = rules.codes_in(path)
    live = {code for code, _, successor in await _NAMES.rows(session, codes=list(codes)) if successor is None}
    return next((code for code in reversed(codes) if code in live), codes[-1] if codes else "")


async def parent_code(session: AsyncSession, area: AreaView) -> str:
    """Give the code of the area that one lies in; empty for a county."""
    return await session.scalar(select(col(Area.code)).where(col(Area.id) == area.parent_id)) or ""


async def changes_of(session: AsyncSession, area_id: UUID) -> tuple[ChangeView, ...]:
    """Tell what happened to an area, the newest first."""
    rows = await session.scalars(
        select(AreaChange)
        .where(col(AreaChange.area_id) == area_id)
        .order_by(col(AreaChange.valid_from).desc(), col(AreaChange.recorded_at).desc())
    )
    found = list(rows)
    others = {one for row in found for one in (row.parent_id, row.into_id) if one}
    named = await session.execute(select(col(Area.id), col(Area.name)).where(col(Area.id).in_(others)))
    names: dict[UUID, str] = {row[0]: row[1] for row in named}
    return tuple(
        ChangeView(
            kind=row.kind,
            valid_from=row.valid_from,
            recorded_at=row.recorded_at,
            changed_by=row.changed_by,
            code=row.code,
            name=row.name,
            parent=names.get(row.parent_id, "") if row.parent_id else "",
            into=names.get(row.into_id, "") if row.into_id else "",
        )
        for row in found
    )


async def changed_ids(session: AsyncSession) -> frozenset[UUID]:
    """Name the areas that have a history."""
    return frozenset(await session.scalars(select(col(AreaChange.area_id)).distinct()))


async def plan(session: AsyncSession, actor: Actor, rows: Sequence[ListRow]) -> Plan:
    """Say what a list comes to, row by row, before anything is written.

    :raises NotPermitted: the actor does not manage areas
    """
    actor.require(Permission.AREA_MANAGE)
    return rules.plan(rows, await every_area(session))


async def drawn(session: AsyncSession, actor: Actor, borders: Sequence[Drawn], datum: Datum) -> tuple[Drawn, ...]:
    """Judge the borders of a file against the base and against each other; one without a code goes by its name.

    All borders of a base share one datum, since they could not be laid on one map otherwise.

    :raises NotPermitted: the actor does not manage areas
    """
    actor.require(Permission.AREA_MANAGE)
    live = {one.code: one for one in await all_areas(session)}
    named: dict[str, list[str]] = defaultdict(list)
    for area in live.values():
        named[area.name].append(area.code)
    given = [_coded(one, named) for one in borders]
    first: dict[str, int] = {}
    for one in given:
        first.setdefault(one.code, one.number)
    other = next((a for a in live.values() if a.datum and a.datum is not datum and a.code not in first), None)
    return tuple(_judged(one, first, live, other) for one in given)


def _coded(one: Drawn, named: Mapping[str, Sequence[str]]) -> Drawn:
    """Bring a border to the code as it is kept, or by its name to that of the one area that bears it."""
    if one.code or not one.name:
        return replace(one, code=rules.plain_code(one.code))
    codes = named.get(one.name, ())
    if len(codes) == 1:
        return replace(one, code=codes[0])
    said = f"有 {len(codes)} 个区划都叫“{one.name}”，请写区划代码" if codes else f"没有名称为“{one.name}”的区划"
    return replace(one, faults={**one.faults, "code": said})


def _judged(one: Drawn, first: Mapping[str, int], live: Mapping[str, AreaView], other: AreaView | None) -> Drawn:
    area, faults = live.get(one.code), dict(one.faults)
    if "code" not in faults:
        faults["code"] = (
            f"没有代码为 {one.code} 的区划，请先导入区划名录"
            if area is None
            else f"与第 {first[one.code]} 个图形的代码重复"
            if first[one.code] != one.number
            else ""
        )
    if "shape" not in faults:
        faults["shape"] = rules.shape_fault(one.shape)
    if other and other.datum:
        faults["datum"] = f"“{other.name}”的边界是 {other.datum.short} 坐标，所有边界须用同一种坐标系"
    name = area.name if area else one.name
    return replace(one, name=name, faults={key: text for key, text in faults.items() if text})


async def at_point(session: AsyncSession, point: Point) -> AreaView | None:
    """Find the smallest area a point (longitude, latitude) lies in; none outside the map.

    The point is measured as the borders are.
    """
    rows = await session.execute(
        select(col(Area.code), col(Area.path), col(Area.shape))
        .where(col(Area.ended_on).is_(None))
        .order_by(col(Area.path))
    )
    found, reached = "", ""
    for code, path, shape in rows:
        if path.startswith(reached) and rules.within_shape(shape_in(shape), point):
            found, reached = code, path
    return await by_code(session, found) if found else None


async def bordered(session: AsyncSession, level: Level) -> tuple[AreaView, ...]:
    """List the areas in use of a level whose border is known, in the order of their codes."""
    return tuple(AreaView.of(area) for area in await session.scalars(_bordered(_BARE, level)))


def _bordered(query: Any, level: Level) -> Select[Any]:
    known = (col(Area.level) == level, col(Area.ended_on).is_(None), col(Area.datum).is_not(None))
    return query.where(*known).order_by(col(Area.code))


async def borders(session: AsyncSession, level: Level) -> tuple[tuple[AreaView, Shape], ...]:
    """Give the same areas with their borders."""
    return tuple(
        (AreaView.of(area), shape_in(area.shape)) for area in await session.scalars(_bordered(select(Area), level))
    )


async def version_of_borders(session: AsyncSession, level: Level) -> str:
    """Give a word that changes whenever one of these areas does; no border is read for it."""
    rows = await session.execute(_bordered(select(col(Area.code), cast(literal_column("area.xmin"), String)), level))
    return sha256(repr(rows.all()).encode()).hexdigest()[:32]


async def shape_of(session: AsyncSession, code: str) -> Shape:
    """Give the border of an area; empty where none is known."""
    found = await session.scalar(select(col(Area.shape)).where(col(Area.code) == code))
    return shape_in(found or [])
