"""Which departments took cases of the same category before: offered where a step chooses one, never chosen for anybody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases.categories import CATEGORIES
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.queries import reach, receiving
from domain.cases.vocabulary import Action, Need
from domain.cases.workflow import STEPS
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.orgs import queries as orgs
from domain.orgs.queries import Attendance

LOOKED_BACK = timedelta(days=365)
MOST = 3
CHOOSING = frozenset(step.action for step in STEPS if {Need.LEAD, Need.DEPARTMENT} & set(step.asks)) - {Action.COPY}
"""Steps that give a case to a department; who only reads a copy takes nothing."""
_GIVEN_UP = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A department, how many such cases it took, and how near they are: of the category, or of its whole group."""

    code: str
    name: str
    count: int
    matter: str


async def departments(
    session: AsyncSession, actor: Actor, number: str, action: Action, *, at: datetime
) -> tuple[Suggestion, ...]:
    """Give the departments that took such cases most often, as far as the actor sees those cases.

    Cases of the category count; only when no department that can receive took one, those of its group do.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    if action not in CHOOSING or not case.category:
        return ()
    present = case.lead_unit_id if action is Action.REDISPATCH else None
    attendance = await receiving.attendance(session, action, at=at)
    open_to = [
        unit
        for unit in await orgs.departments(session)
        if unit.id != present and attendance.get(unit.code, Attendance.NOBODY) is not Attendance.NOBODY
    ]
    for matter, codes in _circles(case.category):
        taken = await _taken(session, actor, codes, without=case.id, at=at)
        ranked = sorted((unit for unit in open_to if unit.id in taken), key=lambda unit: -taken[unit.id])
        if ranked:
            return tuple(Suggestion(unit.code, unit.name, taken[unit.id], matter) for unit in ranked[:MOST])
    return ()


def _circles(code: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The category, then its group, each with its name and its codes."""
    own = CATEGORIES.get(code)
    if own is None:
        return ()
    group = tuple(other.code for other in CATEGORIES.values() if other.group == own.group)
    return (own.label, (code,)), (own.group, group)


async def _taken(
    session: AsyncSession, actor: Actor, codes: Collection[str], *, without: UUID, at: datetime
) -> dict[UUID, int]:
    """How many cases each unit took the lead of and did not give up."""
    taken = aliased(Assignment)  # what is within reach has assignments of its own
    query = (
        select(col(taken.unit_id), func.count(col(Case.id).distinct()))
        .join(Case, col(Case.id) == col(taken.case_id))
        .where(
            reach.visible_to(actor),
            one_of(col(Case.category), codes),
            col(Case.id) != without,
            col(Case.merged_into_id).is_(None),
            col(taken.part) == Part.LEAD,
            col(taken.state).not_in(_GIVEN_UP),
            col(taken.accepted_at) > at - LOOKED_BACK,
            col(taken.accepted_at) <= at,
        )
        .group_by(col(taken.unit_id))
    )
    return {row[0]: row[1] for row in await session.execute(query)}
