"""Reads of units."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.kernel import driver
from domain.kernel.refusals import Invalid
from domain.orgs.models import Unit, UnitKind
from domain.orgs.schemas import UnitView


async def units_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, UnitView]:
    """Give several units at once."""
    wanted = list(set(ids))
    return {unit.id: _view(unit) for unit in await _BY_IDS.of(session, ids=wanted)} if wanted else {}


_BY_IDS = driver.Reading(Unit, lambda query: query.where(driver.among(col(Unit.id), "ids")))
_DEPARTMENTS = driver.Reading(
    Unit,
    lambda query: query.where(col(Unit.kind) == UnitKind.DEPARTMENT, col(Unit.disabled_at).is_(None)).order_by(
        col(Unit.position), col(Unit.code)
    ),
)
_DEPARTMENT = driver.Reading(
    Unit,
    lambda query: query.where(
        col(Unit.code) == bindparam("code"), col(Unit.kind) == UnitKind.DEPARTMENT, col(Unit.disabled_at).is_(None)
    ),
)


async def unit_names_by_code(session: AsyncSession) -> dict[str, str]:
    """Give the names of all units by code, for journal lines."""
    rows = await session.execute(select(col(Unit.code), col(Unit.name)))
    return {row[0]: row[1] for row in rows}


async def departments(session: AsyncSession) -> tuple[UnitView, ...]:
    """List the units to which a case can be dispatched, in their order."""
    return tuple(_view(unit) for unit in await _DEPARTMENTS.of(session))


async def county_centre(session: AsyncSession) -> Unit | None:
    """Give the one centre that speaks for the county, in its name, telephone, address and hours (decision 0028).

    It stands at the top and was there first; position and code do not count. Where none of the enabled ones stands
    at the top, the first of them speaks, and as long as none is enabled, the first of all. None: there is none.
    """
    return next(iter(await _CENTRE.of(session)), None)


_Above = aliased(Unit)
_CENTRE = driver.Reading(
    Unit,
    lambda query: (
        query.outerjoin(_Above, _Above.id == col(Unit.parent_id))
        .where(col(Unit.kind) == UnitKind.CENTRE)
        .order_by(
            col(Unit.disabled_at).is_not(None),
            and_(col(Unit.parent_id).is_not(None), _Above.kind != UnitKind.COUNTY),
            col(Unit.id),
        )
        .limit(1)
    ),
)


async def centre_name(session: AsyncSession) -> str:
    """Give the name of the county's centre, which stands over every page; empty as long as there is none."""
    centre = await county_centre(session)
    return centre.name if centre else ""


async def department_by_code(session: AsyncSession, code: str, *, field: str) -> UnitView:
    """Find a department by its code.

    :raises Invalid: there is none; the sentence names the field
    """
    found = await _DEPARTMENT.of(session, code=code)
    if not found:
        raise Invalid.of({field: "没有这个承办单位，请从列表中选择"})
    return _view(found[0])


def _view(unit: Unit) -> UnitView:
    return UnitView(unit.id, unit.code, unit.name, unit.kind)


async def units_of_codes(session: AsyncSession, codes: Iterable[str]) -> tuple[UnitView, ...]:
    """Give the units that bear some codes, disabled ones too."""
    rows = await session.scalars(select(Unit).where(col(Unit.code).in_(set(codes))))
    return tuple(_view(unit) for unit in rows)


async def office_phone(session: AsyncSession, unit_id: UUID) -> str:
    """Give the office telephone of a unit; empty when none is kept."""
    return await session.scalar(select(col(Unit.phone)).where(col(Unit.id) == unit_id)) or ""
