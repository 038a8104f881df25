"""What guards look at, gathered from the database once per act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar.models import Link
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.rules import Facts
from domain.cases.schemas import StepInput
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.orgs import queries as orgs


async def gather(
    session: AsyncSession, actor: Actor, case: Case, assignments: list[Assignment], given: StepInput, *, at: datetime
) -> Facts:
    """This function will gather the facts of a case for one actor and one input."""
    lead = next((a for a in assignments if a.part is Part.LEAD), None)
    assists = [a for a in assignments if a.part is Part.ASSIST]
    running = await calendar.running(session, [case.id])
    petitioner = actor.has(Role.PETITIONER)
    return Facts(
        at=at,
        kind=case.kind,
        leader_order=case.leader_order,
        lead_accepted=lead is not None and lead.accepted_at is not None,
        target_is_lead=await _target_is_lead(session, case, given),
        before_red=all(at < d.red_at for d in running if d.holder_id is None and d.link is not Link.ACCEPT),
        extensions=case.extensions,
        reported=lead is not None and lead.reported_at is not None,
        assist_accepted=any(a.accepted_at for a in assists if a.unit_id == actor.unit_id),
        assists_reported=all(a.state is AssignmentState.REPORTED for a in assists),
        risk=case.risk_level,
        watch_wanted=given.watch,
        watched=case.watch,
        from_city=case.city_reference is not None,
        closed_at=case.closed_at,
        rated=case.rated_at is not None or case.unit_rated_at is not None,
        rated_by_actor=(case.rated_at if petitioner else case.unit_rated_at) is not None,
        supervision=case.supervision,
        level=given.level,
        urged_at=case.urged_at,
    )


async def _target_is_lead(session: AsyncSession, case: Case, given: StepInput) -> bool:
    if not given.department:
        return True
    unit = await orgs.department_by_code(session, given.department, field="department")
    return unit.id == case.lead_unit_id
