"""Writes: areas are added when a county is set up."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import rules
from domain.areas.models import Area
from domain.areas.schemas import AreaSpec
from domain.kernel.refusals import Invalid


async def add(session: AsyncSession, spec: AreaSpec) -> Area:
    """This function will add one area under its parent, which is there already.

    :raises Invalid: code, name, parent or border cannot be taken, or the code is in use
    """
    return (await add_all(session, [spec]))[0]


async def add_all(session: AsyncSession, specs: Iterable[AreaSpec]) -> list[Area]:
    """This function will add several areas, parents before children.

    :raises Invalid: as for `add`; nothing is to be kept then
    """
    wanted = list(specs)
    codes = {spec.code for spec in wanted} | {spec.parent_code for spec in wanted if spec.parent_code}
    found = await session.scalars(select(Area).where(col(Area.code).in_(codes)))
    known = {area.code: area for area in found}
    added = [_place(spec, known) for spec in wanted]
    session.add_all(added)
    await session.flush()
    return added


def _place(spec: AreaSpec, known: dict[str, Area]) -> Area:
    """This function will make the row of an area and note it among the known ones."""
    parent = known.get(spec.parent_code) if spec.parent_code else None
    faults = rules.faults(spec, parent.level if parent else None)
    if spec.parent_code and parent is None:
        faults["parent"] = "没有这个上级区划"
    if spec.code in known:
        faults["code"] = "区划代码已存在"
    if faults:
        raise Invalid.of(faults)
    lng, lat = rules.centre(spec.polygon)
    area = Area(
        code=spec.code,
        name=spec.name,
        level=spec.level,
        parent_id=parent.id if parent else None,
        path=rules.path_under(parent.path if parent else "", spec.code),
        polygon=[list(point) for point in spec.polygon],
        center_lng=lng,
        center_lat=lat,
    )
    known[spec.code] = area
    return area
