"""Writes: units."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import journal, words
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.orgs.models import Account, Unit, UnitKind
from domain.orgs.rules import POSITION
from domain.orgs.schemas import UnitInput

MAX_NAME, MAX_ADDRESS, MAX_HOURS = 60, 80, 60
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


async def add_unit(
    session: AsyncSession, *, code: str, name: str, kind: UnitKind, position: int = 0, **public: str
) -> Unit:
    """Add a unit while a county is founded, before anybody administers it; `public`: its phone, address and hours."""
    unit = Unit(code=code, name=name, kind=kind, position=position, **public)
    session.add(unit)
    await session.flush()
    return unit


async def create_unit(session: AsyncSession, actor: Actor, given: UnitInput, *, at: datetime) -> Unit:
    """Add a unit.

    :raises NotPermitted: the actor does not manage units
    :raises Invalid: the code is taken or malformed, the name missing, the parent unknown, or the county would have a
        second centre at the top (decision 0028)
    """
    actor.require(Permission.UNIT_MANAGE)
    unit = Unit(code=given.code.strip(), name="", kind=given.kind)
    await _fill(session, unit, given, new=True)
    session.add(unit)
    await session.flush()
    await _note(session, actor, "unit.add", unit, at, {"code": unit.code, "name": unit.name})
    return unit


async def change_unit(session: AsyncSession, actor: Actor, code: str, given: UnitInput, *, at: datetime) -> Unit:
    """Change a unit; its code stays, since cases and messages name it.

    :raises NotPermitted: the actor does not manage units
    :raises NotFound: there is no such unit
    :raises Invalid: the name is missing, the parent unknown or below the unit itself, or the unit becomes a second
        centre at the top
    """
    actor.require(Permission.UNIT_MANAGE)
    unit = await unit_by_code(session, code)
    before = _shown(unit)
    await _fill(session, unit, given, new=False)
    await _note(session, actor, "unit.change", unit, at, {"before": before, "after": _shown(unit)})
    return unit


async def disable_unit(session: AsyncSession, actor: Actor, code: str, *, at: datetime, reason: str = "") -> None:
    """Disable a unit: nothing is dispatched to it any more, and it gives nobody reach.

    :raises ActionNotAllowed: enabled accounts still have it as their main unit
    """
    actor.require(Permission.UNIT_MANAGE)
    unit = await unit_by_code(session, code)
    query = select(func.count()).where(col(Account.unit_id) == unit.id, col(Account.disabled_at).is_(None))
    if left := await session.scalar(query):
        raise ActionNotAllowed(f"该单位还有 {left} 个启用的账号，请先调整或停用这些账号")
    unit.disabled_at = unit.disabled_at or at
    await _note(session, actor, "unit.disable", unit, at, {"code": unit.code, "reason": reason.strip()})


async def enable_unit(session: AsyncSession, actor: Actor, code: str, *, at: datetime) -> None:
    """Let a disabled unit take part again.

    :raises ActionNotAllowed: it would be a second centre at the top
    """
    actor.require(Permission.UNIT_MANAGE)
    unit = await unit_by_code(session, code)
    units = list(await session.scalars(select(Unit)))
    first = _first_at_top(units, but=unit)
    if unit.disabled_at and first and unit.id in {one.id for one in _at_top(units)}:
        raise ActionNotAllowed(_second(first.name, first.code))
    unit.disabled_at = None
    await _note(session, actor, "unit.enable", unit, at, {"code": unit.code})


async def check_units(session: AsyncSession, actor: Actor, rows: Sequence[UnitInput]) -> tuple[dict[str, str], ...]:
    """Tell for each row of an import what cannot be taken; empty: it can.

    A parent may stand in an earlier row.
    """
    actor.require(Permission.UNIT_MANAGE)
    units = list(await session.scalars(select(Unit)))
    known, kinds = {unit.code: unit.name for unit in units}, {unit.code: unit.kind for unit in units}
    there = _first_at_top(units)
    first = (there.name, there.code) if there else None
    found: list[dict[str, str]] = []
    for given in rows:
        faults, code, name = _faults(given, known, new=True), given.code.strip(), given.name.strip()
        if _comes_to_top(given, kinds):
            if first:
                faults.setdefault("parent_code", _second(*first))
            first = first or (name, code)
        found.append(faults)
        known.setdefault(code, name)
        kinds.setdefault(code, given.kind)
    return tuple(found)


async def import_units(session: AsyncSession, actor: Actor, rows: Sequence[UnitInput], *, at: datetime) -> int:
    """Add several units, all or none.

    :raises Invalid: a row cannot be taken; the field is named `row.field`, rows counted from 1
    """
    faults = await check_units(session, actor, rows)
    wrong = {f"{place}.{name}": text for place, row in enumerate(faults, 1) for name, text in row.items()}
    if wrong:
        raise Invalid.of(wrong)
    for given in rows:
        await create_unit(session, actor, given, at=at)
    return len(rows)


async def unit_by_code(session: AsyncSession, code: str) -> Unit:
    """Find a unit by its code, disabled ones too.

    :raises NotFound: there is none
    """
    unit = (await session.scalars(select(Unit).where(col(Unit.code) == code))).one_or_none()
    if unit is None:
        raise NotFound("没有这个单位")
    return unit


def _faults(given: UnitInput, known: Mapping[str, str], *, new: bool, keeps: str = "") -> dict[str, str]:
    """`known`: names by code, of this unit too where it is not new; the name that it `keeps` may be another's already."""
    code, parent = given.code.strip(), given.parent_code.strip()
    faults = {
        "code": _code_fault(code, known) if new else "",
        "name": _name_fault(given.name.strip(), code, known) if given.name.strip() != keeps or new else "",
        "short_name": words.line_fault("单位简称", given.short_name, most=20, least=0),
        "phone": words.line_fault("办公电话", given.phone, most=30, least=0),
        "address": words.line_fault("地址", given.address, most=MAX_ADDRESS, least=0),
        "hours": words.line_fault("办公时间", given.hours, most=MAX_HOURS, least=0),
        "parent_code": "" if not parent or parent in known else "没有这个上级单位",
        "position": POSITION.fault("排序", given.position),
    }
    return {name: sentence for name, sentence in faults.items() if sentence}


def _name_fault(name: str, code: str, known: Mapping[str, str]) -> str:
    # A name leads to one unit: sheets and people name units by it.
    if fault := words.line_fault("单位名称", name, most=MAX_NAME):
        return fault
    same = next((other for other, taken in known.items() if taken == name and other != code), "")
    return f"已有同名的单位，代码 {same}" if same else ""


def _code_fault(code: str, known: Mapping[str, str]) -> str:
    if not _CODE.fullmatch(code):
        return "单位代码由小写字母、数字、下划线和短横组成，最长 32 位"
    return "单位代码已存在" if code in known else ""


async def _fill(session: AsyncSession, unit: Unit, given: UnitInput, *, new: bool) -> None:
    units = {one.code: one for one in await session.scalars(select(Unit))}
    stood = not new and unit.id in {one.id for one in _at_top(units.values())}
    faults = _faults(given, {code: one.name for code, one in units.items()}, new=new, keeps=unit.name)
    parent = units.get(given.parent_code.strip())
    if parent is not None and _above(unit.id, parent, {one.id: one for one in units.values()}):
        faults["parent_code"] = "上级单位不能是本单位或其下级"
    first = _first_at_top(units.values(), but=unit)
    comes = not stood and not unit.disabled_at and _comes_to_top(given, {one.code: one.kind for one in units.values()})
    if comes and first:
        faults.setdefault("parent_code", _second(first.name, first.code))
    if faults:
        raise Invalid.of(faults)
    unit.name, unit.short_name = given.name.strip(), given.short_name.strip()
    unit.kind, unit.phone, unit.position = given.kind, given.phone.strip(), given.position
    unit.address, unit.hours = given.address.strip(), given.hours.strip()
    unit.parent_id = parent.id if parent else None


def _at_top(units: Collection[Unit]) -> list[Unit]:
    """Find the centres that stand under nobody, or under the county itself."""
    above = {None, *(one.id for one in units if one.kind is UnitKind.COUNTY)}
    return [one for one in units if one.kind is UnitKind.CENTRE and one.parent_id in above]


def _first_at_top(units: Collection[Unit], *, but: Unit | None = None) -> Unit | None:
    """Give the first enabled centre at the top, beside one unit."""
    enabled = [one for one in _at_top(units) if not one.disabled_at and (but is None or one.id != but.id)]
    return min(enabled, key=lambda one: one.id, default=None)


def _comes_to_top(given: UnitInput, kinds: Mapping[str, UnitKind]) -> bool:
    """Tell whether a unit would be a centre under nobody, or under the county itself; `kinds`: of units by code."""
    parent = given.parent_code.strip()
    return given.kind is UnitKind.CENTRE and (not parent or kinds.get(parent) is UnitKind.COUNTY)


def _second(name: str, code: str) -> str:
    return f"最上级的综治中心只能有一个，已有“{name}”；乡镇（街道）等其他综治中心请选上级单位，例如 {code}"


def _above(unit_id: UUID, one: Unit | None, units: dict[UUID, Unit]) -> bool:
    while one is not None:
        if one.id == unit_id:
            return True
        one = units.get(one.parent_id) if one.parent_id else None
    return False


def _shown(unit: Unit) -> dict[str, object]:
    return {"name": unit.name, "kind": unit.kind.value, "phone": unit.phone, "position": unit.position, **_public(unit)}


def _public(unit: Unit) -> dict[str, object]:
    return {"address": unit.address, "hours": unit.hours}


async def _note(
    session: AsyncSession, actor: Actor, action: str, unit: Unit, at: datetime, detail: dict[str, object]
) -> None:
    await journal.record(session, actor, action, "unit", unit.id, at=at, detail=detail)
    await announce(session, "unit", unit.id)
