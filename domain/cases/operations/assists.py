"""Small acts on assignments and copies that move no status: waive, agree, receive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations as calendar
from domain.calendar.models import Link
from domain.cases import policy
from domain.cases.models import Assignment, AssignmentState, Copy, Part
from domain.cases.operations.beside import leave_trace
from domain.cases.queries import reach
from domain.cases.workflow import IN_HAND
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.notify import announce
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.kernel.words import text_fault
from domain.orgs import queries as orgs


async def waive(session: AsyncSession, actor: Actor, *, number: str, unit: str, reason: str, at: datetime) -> None:
    """Let the lead go on without an assistant's report (row 29: waived by the centre).

    :raises NotPermitted: the actor is not the centre's administrator
    :raises NotFound: out of reach
    :raises ActionNotAllowed: the unit does not assist, or has reported
    :raises Invalid: no reason
    """
    policy.require_unrestricted(actor)
    if not actor.has(Role.CENTER_ADMIN):
        raise NotPermitted(f"免除协办反馈由{Role.CENTER_ADMIN.label}操作")
    if fault := text_fault("原因", reason, most=500):
        raise Invalid.of({"reason": fault})
    case = await reach.lock(session, actor, number)
    wanted = await orgs.department_by_code(session, unit, field="unit")
    live = await reach.live_assignments(session, case.id)
    mine = next((a for a in live if a.part is Part.ASSIST and a.unit_id == wanted.id), None)
    if mine is None or mine.state is AssignmentState.REPORTED or mine.waived_at:
        raise ActionNotAllowed(f"{wanted.name}没有待反馈的协办")
    mine.waived_at, mine.waived_by = at, actor.account_id
    await calendar.stop(session, subject_id=case.id, links=tuple(Link), at=at, holder_id=mine.id)
    await leave_trace(session, actor, case, "waive", at=at, opinion=reason.strip(), assists=[wanted.code])


async def agree_to_return(session: AsyncSession, actor: Actor, *, number: str, at: datetime) -> None:
    """Let the head of the lead agree that a case with feedback may be returned (row 20).

    :raises NotPermitted: the actor does not head the lead department
    :raises NotFound: out of reach
    :raises ActionNotAllowed: nothing is in hand, or it was agreed before
    """
    policy.require_unrestricted(actor)
    case = await reach.lock(session, actor, number)
    lead = _own_lead(await reach.live_assignments(session, case.id), actor)
    if lead is None or not actor.has(Role.DEPARTMENT_HEAD):
        raise NotPermitted("同意退回须由主办单位的部门领导操作")
    if case.status not in IN_HAND or lead.return_agreed_at:
        raise ActionNotAllowed("该件不在办理中，或已同意过退回")
    lead.return_agreed_at = at
    await leave_trace(session, actor, case, "agree_to_return", at=at)


def _own_lead(live: list[Assignment], actor: Actor) -> Assignment | None:
    return next((a for a in live if a.part is Part.LEAD and a.unit_id in actor.unit_ids), None)


async def receive_copy(session: AsyncSession, actor: Actor, *, number: str, at: datetime) -> bool:
    """Note that a unit has read the copy sent to it; false when there is none to note."""
    case = await reach.find(session, actor, number)
    query = (
        select(Copy)
        .where(col(Copy.case_id) == case.id, one_of(col(Copy.unit_id), actor.unit_ids), col(Copy.read_at).is_(None))
        .with_for_update()
    )
    copy = (await session.scalars(query)).one_or_none()
    if copy is None or not actor.has(Role.OFFICER, Role.DEPARTMENT_HEAD):
        return False
    copy.read_at, copy.read_by = at, actor.account_id
    detail = {"number": case.number, "from": case.status.value, "to": case.status.value}
    await journal.record(session, actor, "case.receive_copy", "case", case.id, at=at, detail=detail)
    await announce(session, "case", case.id, number=case.number, action="receive_copy")
    return True
