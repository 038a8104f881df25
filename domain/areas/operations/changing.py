"""Writes: one area is added, renamed, moved, merged or ended by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import rules
from domain.areas.models import Area, AreaChange, Change
from domain.areas.operations.tree import Tree, kept_of, require_day
from domain.areas.schemas import AreaInput, Moves
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid


async def create(session: AsyncSession, actor: Actor, given: AreaInput, *, at: datetime) -> Area:
    """Add an area; its level follows from its code, and its parent from the code where none is given.

    :raises NotPermitted: the actor does not manage areas
    :raises Invalid: code, name or parent cannot be taken
    """
    tree = await Tree.open(session, actor)
    code = rules.plain_code(given.code)
    level = rules.level_of(code)
    if level is None:
        faults = {"code": "区划代码须为 6、9、12 或 15 位数字", "name": rules.name_fault(given.name)}
        raise Invalid.of({name: text for name, text in faults.items() if text})
    above = rules.level_above(level)
    wanted = rules.plain_code(given.parent_code, above) or rules.parent_in(code)
    parent = tree.codes.get(wanted) if above else None
    faults = {
        "code": _code_fault(tree, code, parent),
        "parent": _parent_fault(parent, wanted) if above else "",
        "name": tree.name_fault(given.name, parent.id if parent else None),
    }
    if found := {name: text for name, text in faults.items() if text}:
        raise Invalid.of(found)
    area = Area(code=code, name=given.name.strip(), level=level, parent_id=parent.id if parent else None, path="")
    tree.add(area)
    tree.settle()
    session.add(area)
    await _note(session, actor, "area.add", area, at, {"code": area.code, "name": area.name})
    return area


async def rename(session: AsyncSession, actor: Actor, code: str, name: str, *, since: date, at: datetime) -> None:
    """Give an area another name.

    :raises NotPermitted: the actor does not manage areas
    :raises NotFound: no such area is in use
    :raises Invalid: the name is missing, too long, a neighbour's or the present one; the day has not come
    """
    tree = await Tree.open(session, actor)
    area = tree.live(code)
    require_day(since, at=at)
    fault = tree.name_fault(name, area.parent_id, of=area.id) or ("名称没有变化" if name.strip() == area.name else "")
    if fault:
        raise Invalid.of({"name": fault})
    session.add(kept_of(area, Change.RENAME, actor, since=since, at=at))
    before, area.name = area.name, name.strip()
    detail = {"code": area.code, "since": since.isoformat(), "before": {"name": before}, "after": {"name": area.name}}
    await _note(session, actor, "area.rename", area, at, detail)


async def move(
    session: AsyncSession, actor: Actor, code: str, parent_code: str, new_code: str = "", *, since: date, at: datetime
) -> Moves:
    """Put an area under another parent, with another code where one was issued; what lies in it goes along.

    :raises NotFound: no such area is in use
    :raises Invalid: the parent is of the wrong level or unknown, the code malformed or in use, nothing changes
    """
    tree = await Tree.open(session, actor)
    area, parent = tree.live(code), tree.live(parent_code, field="parent") if parent_code else None
    require_day(since, at=at)
    wanted = rules.plain_code(new_code, area.level) or area.code
    parent_id = parent.id if parent else None
    same = wanted == area.code and parent_id == area.parent_id
    faults = {
        "parent": rules.parent_fault(area.level, parent.level if parent else None)
        or ("上级没有变化，也没有新的代码" if same else ""),
        "new_code": _recode_fault(tree, area, wanted, parent) if wanted != area.code else "",
    }
    if parent_id != area.parent_id and (fault := tree.name_fault(area.name, parent_id, of=area.id)):
        faults["parent"] = faults["parent"] or fault
    if found := {name: text for name, text in faults.items() if text}:
        raise Invalid.of(found)
    before = tree.told(area)
    kind = Change.RECODE if parent_id == area.parent_id else Change.MOVE
    session.add(kept_of(area, kind, actor, since=since, at=at))
    area.parent_id = parent_id
    if wanted != area.code:
        tree.recode(area, wanted)
    moves = tree.settle()
    detail = {"name": area.name, "since": since.isoformat(), "before": before, "after": tree.told(area)}
    await _note(session, actor, "area.move", area, at, detail)
    return moves


async def merge(session: AsyncSession, actor: Actor, code: str, into: str, *, since: date, at: datetime) -> Moves:
    """Merge an area into another of its level; what lies in it lies in the other from now on.

    :raises NotFound: no such area is in use
    :raises Invalid: the other one is not in use, of another level, or the area itself
    """
    tree = await Tree.open(session, actor)
    area, other = tree.live(code), tree.live(into, field="into")
    require_day(since, at=at)
    if other is area or other.level is not area.level:
        raise Invalid.of({"into": f"请选择另一个{area.level.label}"})
    session.add_all(absorbed(tree, area, other, actor, since=since, at=at))
    moves = tree.settle()
    detail = {"code": area.code, "name": area.name, "since": since.isoformat(), "into": other.name}
    await _note(session, actor, "area.merge", area, at, detail)
    return moves


async def end(session: AsyncSession, actor: Actor, code: str, *, since: date, at: datetime) -> Area:
    """End an area: nothing new is registered there, what was stays.

    :raises NotFound: no such area is in use
    :raises ActionNotAllowed: areas in use lie in it
    """
    tree = await Tree.open(session, actor)
    area = tree.live(code)
    require_day(since, at=at)
    if inside := tree.children(area):
        raise ActionNotAllowed(f"“{area.name}”下还有 {len(inside)} 个区划，请先调整或撤销这些区划")
    session.add(kept_of(area, Change.END, actor, since=since, at=at))
    area.ended_on = since
    detail = {"code": area.code, "name": area.name, "since": since.isoformat()}
    await _note(session, actor, "area.end", area, at, detail)
    return area


def absorbed(tree: Tree, area: Area, other: Area, actor: Actor, *, since: date, at: datetime) -> list[AreaChange]:
    """Merge an area into another, what lies in it going along; give the lines of history."""
    inside = tree.children(area)
    lines = [kept_of(area, Change.MERGE, actor, since=since, at=at, into=other)]
    lines += [kept_of(child, Change.MOVE, actor, since=since, at=at) for child in inside]
    area.ended_on, area.successor_id = since, other.id
    for child in inside:
        child.parent_id = other.id
    return lines


def _code_fault(tree: Tree, code: str, parent: Area | None) -> str:
    if code in tree.codes:
        return f"代码已由“{tree.codes[code].name}”使用"
    return _prefix_fault(code, parent)


def _prefix_fault(code: str, parent: Area | None) -> str:
    wrong = parent is not None and not code.startswith(parent.code)
    return f"代码应以上级的代码 {parent.code} 开头" if parent and wrong else ""


def _parent_fault(parent: Area | None, wanted: str) -> str:
    if parent is None:
        return f"没有上级区划 {wanted}，请先添加"
    return f"上级“{parent.name}”已停用" if parent.ended_on else ""


def _recode_fault(tree: Tree, area: Area, code: str, parent: Area | None) -> str:
    return rules.code_fault(code, area.level) or _code_fault(tree, code, parent)


async def _note(
    session: AsyncSession, actor: Actor, action: str, area: Area, at: datetime, detail: Mapping[str, Any]
) -> None:
    await journal.record(session, actor, action, "area", area.id, at=at, detail=detail)
