"""Areas that are there before anybody administers them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import rules
from domain.areas.models import Area, Datum
from domain.areas.schemas import AreaSpec, kept
from domain.kernel.refusals import Invalid


async def add(session: AsyncSession, spec: AreaSpec) -> Area:
    """Add one area under its parent, which is there already.

    :raises Invalid: code, name, parent or border cannot be taken, or the code is in use
    """
    return (await add_all(session, [spec]))[0]


async def add_all(session: AsyncSession, specs: Iterable[AreaSpec]) -> list[Area]:
    """Add several areas, parents before children.

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
    """Make the row of an area and note it among the known ones."""
    parent = known.get(spec.parent_code) if spec.parent_code else None
    faults = rules.faults(spec, parent.level if parent else None)
    if spec.parent_code and parent is None:
        faults["parent"] = "没有这个上级区划"
    if spec.code in known:
        faults["code"] = "区划代码已存在"
    if faults:
        raise Invalid.of(faults)
    area = Area(
        code=spec.code,
        name=spec.name.strip(),
        level=spec.level,
        parent_id=parent.id if parent else None,
        path=rules.path_under(parent.path if parent else "", spec.code),
    )
    if spec.polygon:
        area.shape = kept(rules.shape_of(spec.polygon))
        area.datum = Datum.WGS84
        area.center_lng, area.center_lat = rules.centre(spec.polygon)
    known[spec.code] = area
    return area
