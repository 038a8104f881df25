"""Reads of areas. The map of a county is public: these reads are not scoped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import rules
from domain.areas.models import Area
from domain.areas.schemas import AreaView, Point
from domain.kernel.refusals import NotFound

SEPARATOR = " / "


async def all_areas(session: AsyncSession) -> tuple[AreaView, ...]:
    """This function will list every area, each after the one it lies in."""
    rows = await session.scalars(select(Area).order_by(col(Area.path)))
    return tuple(AreaView.of(area) for area in rows)


async def by_code(session: AsyncSession, code: str) -> AreaView:
    """This function will find an area by its code.

    :raises NotFound: there is none
    """
    area = (await session.scalars(select(Area).where(col(Area.code) == code))).one_or_none()
    if area is None:
        raise NotFound("没有这个区划，请从列表中选择")
    return AreaView.of(area)


async def search(session: AsyncSession, text: str, limit: int = 20) -> tuple[AreaView, ...]:
    """This function will find areas by a piece of their name or the beginning of their code, widest first."""
    wanted = rules.escaped(text.strip())
    if not wanted:
        return ()
    query = (
        select(Area)
        .where(or_(col(Area.name).like(f"%{wanted}%"), col(Area.code).like(f"{wanted}%")))
        .order_by(func.length(col(Area.code)), col(Area.code))
        .limit(limit)
    )
    return tuple(AreaView.of(area) for area in await session.scalars(query))


def within(path: str, column: Any = Area.path) -> ColumnElement[bool]:
    """This function will make the condition "at or below this area" for a column that holds paths.

    An empty path reaches nothing.
    """
    return col(column).like(rules.prefix_pattern(path)) if path.strip("/") else false()


async def name_of(session: AsyncSession, path: str) -> str:
    """This function will write the names along a path ("清溪县 / 枫林镇 / 上洋村"); empty when unknown."""
    return (await names_of(session, [path]))[path]


async def names_of(session: AsyncSession, paths: Collection[str]) -> dict[str, str]:
    """This function will write the names along several paths at once."""
    codes = {code for path in paths for code in rules.codes_in(path)}
    if not codes:
        return dict.fromkeys(paths, "")
    rows = await session.execute(select(col(Area.code), col(Area.name)).where(col(Area.code).in_(codes)))
    names: dict[str, str] = {row[0]: row[1] for row in rows}
    return {path: SEPARATOR.join(names[code] for code in rules.codes_in(path) if code in names) for path in paths}


async def at_point(session: AsyncSession, point: Point) -> AreaView | None:
    """This function will find the smallest area a point (longitude, latitude) lies in; none outside the map."""
    found: AreaView | None = None
    for area in await all_areas(session):
        below = found is None or area.path.startswith(found.path)
        if below and rules.contains(area.polygon, point):
            found = area
    return found
