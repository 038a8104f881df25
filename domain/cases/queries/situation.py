"""What guards look at, gathered from the database once per act."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar import rules as calendar_rules
from domain.calendar.models import Link
from domain.cases import rules
from domain.cases.inputs import StepInput
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.queries import receiving
from domain.cases.rules import APPEAL_WORKDAYS, Facts
from domain.cases.vocabulary import Guard
from domain.cases.workflow import ENDED
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.orgs import queries as orgs

EVERY = frozenset(Guard)
_LEADERS = frozenset({Guard.LEADER_THERE, Guard.APPROVER_THERE})


async def held(
    session: AsyncSession,
    actor: Actor,
    case: Case,
    assignments: list[Assignment],
    given: StepInput,
    *,
    at: datetime,
    wanted: AbstractSet[Guard] = EVERY,
) -> frozenset[Guard]:
    """Tell which of the guards asked about hold for one actor and one input.

    What only a guard outside `wanted` looks at is not read.
    """
    lead = next((a for a in assignments if a.part is Part.LEAD), None)
    assists = [a for a in assignments if a.part is Part.ASSIST]
    facts = Facts(
        case=case,
        at=at,
        held=lead is not None,
        lead_accepted=lead is not None and lead.accepted_at is not None,
        target_is_lead=await _target_is_lead(session, case, given),
        before_red=Guard.BEFORE_RED not in wanted or await _before_red(session, case, at),
        reported=lead is not None and lead.reported_at is not None,
        return_agreed=lead is not None and lead.return_agreed_at is not None,
        assist_accepted=any(a.accepted_at or a.waived_at for a in assists if a.unit_id in actor.unit_ids),
        assists_reported=all(a.state is AssignmentState.REPORTED or a.waived_at for a in assists),
        watch_wanted=given.watch,
        appeal_until=await _appeal_until(session, case) if Guard.APPEALABLE in wanted else None,
        open_children=Guard.CHILDREN_CLOSED in wanted and await _has_open_children(session, case),
        rated_by_actor=(case.rated_at if actor.has(Role.PETITIONER) else case.unit_rated_at) is not None,
        level=given.level,
        registrar_there=Guard.REGISTRAR_THERE not in wanted or await _is_registrar_there(session, case, at),
        leader_there=wanted.isdisjoint(_LEADERS) or await orgs.anybody(session, receiving.APPROVING, at=at),
    )
    return frozenset(guard for guard in wanted if rules.holds(guard, facts))


async def _is_registrar_there(session: AsyncSession, case: Case, at: datetime) -> bool:
    return await orgs.anybody(session, receiving.RESUBMITTING, at=at, accounts=(case.created_by,))


async def _before_red(session: AsyncSession, case: Case, at: datetime) -> bool:
    running = await calendar.running(session, [case.id])
    return all(at < d.red_at for d in running if d.holder_id is None and d.link is not Link.ACCEPT)


async def _appeal_until(session: AsyncSession, case: Case) -> datetime | None:
    """Five working days after the last rating (row 34)."""
    rated = [moment for moment in (case.rated_at, case.unit_rated_at) if moment]
    if not rated:
        return None
    return calendar_rules.advance(max(rated), APPEAL_WORKDAYS, await calendar.calendar_of(session))


async def _has_open_children(session: AsyncSession, case: Case) -> bool:
    query = (
        select(col(Case.id))
        .where(col(Case.parent_id) == case.id, col(Case.status).not_in(ENDED), col(Case.merged_into_id).is_(None))
        .limit(1)
    )
    return await session.scalar(query) is not None


async def _target_is_lead(session: AsyncSession, case: Case, given: StepInput) -> bool:
    if not given.department:
        return True
    unit = await orgs.department_by_code(session, given.department, field="department")
    return unit.id == case.lead_unit_id
