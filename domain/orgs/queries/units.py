"""Reads of units."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.refusals import Invalid
from domain.orgs.models import Unit, UnitKind
from domain.orgs.schemas import UnitView


async def units_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, UnitView]:
    """Give several units at once."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.scalars(select(Unit).where(col(Unit.id).in_(wanted)))
    return {unit.id: _view(unit) for unit in rows}


async def unit_names_by_code(session: AsyncSession) -> dict[str, str]:
    """Give the names of all units by code, for journal lines."""
    rows = await session.execute(select(col(Unit.code), col(Unit.name)))
    return {row[0]: row[1] for row in rows}


async def departments(session: AsyncSession) -> tuple[UnitView, ...]:
    """List the units to which a case can be dispatched, in their order."""
    query = (
        select(Unit)
        .where(col(Unit.kind) == UnitKind.DEPARTMENT, col(Unit.disabled_at).is_(None))
        .order_by(col(Unit.position), col(Unit.code))
    )
    return tuple(_view(unit) for unit in await session.scalars(query))


async def centre_name(session: AsyncSession) -> str:
    """Give the name of the centre, which stands over every page; empty as long as there is none."""
    query = (
        select(col(Unit.name))
        .where(col(Unit.kind) == UnitKind.CENTRE, col(Unit.disabled_at).is_(None))
        .order_by(col(Unit.position), col(Unit.code))
        .limit(1)
    )
    return await session.scalar(query) or ""


async def department_by_code(session: AsyncSession, code: str, *, field: str) -> UnitView:
    """Find a department by its code.

    :raises Invalid: there is none; the sentence names the field
    """
    query = select(Unit).where(
        col(Unit.code) == code, col(Unit.kind) == UnitKind.DEPARTMENT, col(Unit.disabled_at).is_(None)
    )
    unit = (await session.scalars(query)).one_or_none()
    if unit is None:
        raise Invalid.of({field: "没有这个承办单位，请从列表中选择"})
    return _view(unit)


def _view(unit: Unit) -> UnitView:
    return UnitView(unit.id, unit.code, unit.name, unit.kind)


async def units_of_codes(session: AsyncSession, codes: Iterable[str]) -> tuple[UnitView, ...]:
    """Give the units that bear some codes, disabled ones too."""
    rows = await session.scalars(select(Unit).where(col(Unit.code).in_(set(codes))))
    return tuple(_view(unit) for unit in rows)


async def office_phone(session: AsyncSession, unit_id: UUID) -> str:
    """Give the office telephone of a unit; empty when none is kept."""
    return await session.scalar(select(col(Unit.phone)).where(col(Unit.id) == unit_id)) or ""
