"""Writes: units."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.orgs.models import Unit, UnitKind


async def add_unit(
    session: AsyncSession, *, code: str, name: str, kind: UnitKind, phone: str = "", position: int = 0
) -> Unit:
    """This function will add a unit."""
    unit = Unit(code=code, name=name, kind=kind, phone=phone, position=position)
    session.add(unit)
    await session.flush()
    return unit
