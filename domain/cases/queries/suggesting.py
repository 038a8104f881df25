"""Which departments took cases of the same category before: offered where a step chooses one, never chosen for anybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
from domain.orgs.schemas import UnitView

LOOKED_BACK = timedelta(days=365)
MOST = 3
NAMED = 3
"""So many categories are named; more are counted."""
CHOOSING = frozenset(step.action for step in STEPS if {Need.LEAD, Need.DEPARTMENT} & set(step.asks)) - {Action.COPY}
"""Steps that give a case to a department; who only reads a copy takes nothing."""
_GIVEN_UP = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A department, how many such cases it took, and what counted as such: categories, or whole groups of them."""

    code: str
    name: str
    count: int
    matter: str


async def departments(
    session: AsyncSession, actor: Actor, number: str, action: Action, *, at: datetime
) -> tuple[Suggestion, ...]:
    """Give the departments that took cases like one most often, as far as the actor sees those cases.

    :raises NotFound: no such case within the actor's reach
    """
    return await _suggested(session, actor, [await reach.find(session, actor, number)], action, at=at)


async def for_several(
    session: AsyncSession, actor: Actor, numbers: Collection[str], action: Action, *, at: datetime
) -> tuple[Suggestion, ...]:
    """Give the departments that took cases like any of several most often, each such case counted once.

    Cases out of reach are left out, as if they were not there.
    """
    query = select(Case).where(col(Case.number).in_(numbers), reach.visible_to(actor)).order_by(col(Case.id))
    return await _suggested(session, actor, list(await session.scalars(query)), action, at=at)


async def _suggested(
    session: AsyncSession, actor: Actor, cases: Sequence[Case], action: Action, *, at: datetime
) -> tuple[Suggestion, ...]:
    """Count by category; only where no department that can receive took one of it, those of its group count."""
    if action not in CHOOSING:
        return ()
    open_to, without = await _open_to(session, cases, action, at), [case.id for case in cases]
    circles: dict[str, tuple[str, ...]] = {}
    for category in dict.fromkeys(case.category for case in cases):
        for matter, codes in _circles(category):
            taken = await _taken(session, actor, codes, without=without, at=at)
            if any(unit.id in taken for unit in open_to):
                circles[matter] = codes
                break
    counted = {code for codes in circles.values() for code in codes}
    taken = await _taken(session, actor, counted, without=without, at=at) if counted else {}
    ranked = sorted((unit for unit in open_to if unit.id in taken), key=lambda unit: -taken[unit.id])
    matter = _joined(list(circles))
    return tuple(Suggestion(unit.code, unit.name, taken[unit.id], matter) for unit in ranked[:MOST])


def _joined(matters: Sequence[str]) -> str:
    return "；".join(matters[:NAMED]) + (f" 等 {len(matters)} 类" if len(matters) > NAMED else "")


async def _open_to(session: AsyncSession, cases: Sequence[Case], action: Action, at: datetime) -> list[UnitView]:
    # The departments where somebody can receive, without the one that has all of the cases already.
    holders = {case.lead_unit_id for case in cases} if action is Action.REDISPATCH else set()
    present = holders if len(holders) == 1 else set()
    attendance = await receiving.attendance(session, action, at=at)
    return [
        unit
        for unit in await orgs.departments(session)
        if unit.id not in present and attendance.get(unit.code, Attendance.NOBODY) is not Attendance.NOBODY
    ]


def _circles(code: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    # The category, then its group, each with its name and its codes.
    own = CATEGORIES.get(code)
    if own is None:
        return ()
    group = tuple(other.code for other in CATEGORIES.values() if other.group == own.group)
    return (own.label, (code,)), (own.group, group)


async def _taken(
    session: AsyncSession, actor: Actor, codes: Collection[str], *, without: Collection[UUID], at: datetime
) -> dict[UUID, int]:
    """How many cases each unit took the lead of and did not give up."""
    taken = aliased(Assignment)  # what is within reach has assignments of its own
    query = (
        select(col(taken.unit_id), func.count(col(Case.id).distinct()))
        .join(Case, col(Case.id) == col(taken.case_id))
        .where(
            reach.visible_to(actor),
            one_of(col(Case.category), codes),
            col(Case.id).not_in(without),
            col(Case.merged_into_id).is_(None),
            col(taken.part) == Part.LEAD,
            col(taken.state).not_in(_GIVEN_UP),
            col(taken.accepted_at) > at - LOOKED_BACK,
            col(taken.accepted_at) <= at,
        )
        .group_by(col(taken.unit_id))
    )
    return {row[0]: row[1] for row in await session.execute(query)}
