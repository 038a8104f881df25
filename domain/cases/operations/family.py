"""Put a case under a parent, and release it: a parent cannot close while a child is open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import policy
from domain.cases.models import Case
from domain.cases.operations.beside import leave_trace
from domain.cases.queries import family, reach
from domain.cases.workflow import OPEN
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted


async def adopt(session: AsyncSession, actor: Actor, *, child: str, parent: str, at: datetime) -> None:
    """Put a case under a parent, one level deep.

    :raises NotPermitted: the actor is not the centre's administrator
    :raises NotFound: one of them is out of reach
    :raises ActionNotAllowed: one is over or merged, or there would be a third level
    :raises Invalid: the same case twice
    """
    _require_centre(actor)
    if child == parent:
        raise Invalid.of({"parent": "不能以自己为主案件"})
    rows = {number: await reach.lock(session, actor, number) for number in sorted((child, parent))}
    young, old = rows[child], rows[parent]
    for case in (young, old):
        if case.status not in OPEN or case.merged_into_id:
            raise ActionNotAllowed(f"{case.number} 不在办，不能设为主子案件")
    if young.parent_id:
        raise ActionNotAllowed(f"{child} 已有主案件，请先解除")
    if old.parent_id or await _has_children(session, young):
        raise ActionNotAllowed("主子案件只有一层：子案件不能再有子案件")
    young.parent_id = old.id
    await _leave_traces(session, actor, young, old, "adopt", at)


async def release(session: AsyncSession, actor: Actor, *, child: str, at: datetime) -> None:
    """Release a case from its parent.

    :raises NotPermitted: the actor is not the centre's administrator
    :raises NotFound: out of reach
    :raises ActionNotAllowed: it has no parent
    """
    _require_centre(actor)
    parent = await family.parent_number(session, actor, child)
    if parent is None:
        raise ActionNotAllowed("该件没有主案件")
    rows = {number: await reach.lock(session, actor, number) for number in sorted((child, parent))}
    young, old = rows[child], rows[parent]
    if young.parent_id != old.id:
        raise ActionNotAllowed("主子案件刚刚被他人调整，请刷新后重试")
    young.parent_id = None
    await _leave_traces(session, actor, young, old, "release", at)


def _require_centre(actor: Actor) -> None:
    policy.require_unrestricted(actor)
    if not actor.has(Role.CENTER_ADMIN):
        raise NotPermitted(f"主子案件由{Role.CENTER_ADMIN.label}设置")


async def _has_children(session: AsyncSession, case: Case) -> bool:
    query = select(col(Case.id)).where(col(Case.parent_id) == case.id).limit(1)
    return await session.scalar(query) is not None


async def _leave_traces(session: AsyncSession, actor: Actor, young: Case, old: Case, act: str, at: datetime) -> None:
    for case, other, part in ((young, old, "child"), (old, young, "parent")):
        await leave_trace(session, actor, case, act, at=at, other=other.number, part=part)
