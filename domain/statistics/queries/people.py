"""Figures of those who handle cases in departments, and the cases behind each of them.

A case is in the hands of the account that accepted it for its department, or that took it over; who is named to the
petitioner as person in charge is free text, and no account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, AssignmentState, Case, Part, Ruling, Satisfaction
from domain.cases.queries import views
from domain.cases.queries.reach import visible_to
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission, Reach, Role
from domain.orgs import queries as orgs
from domain.orgs.queries.colleagues import colleagues
from domain.people import queries as persons
from domain.people.policy import Field
from domain.statistics.queries.listed import listed
from domain.statistics.rules import Days
from domain.statistics.schemas import Load, PersonFigures
from domain.supervision import queries as supervision
from domain.supervision.models import Breach

_Held = aliased(Assignment)
"""Reach asks for assignments of its own: the two must not be taken for one."""
_POINTS = {grade.value: grade.points for grade in Satisfaction}


def _late() -> ColumnElement[bool]:
    mine = and_(col(Breach.case_id) == col(Case.id), col(Breach.unit_id) == col(_Held.unit_id))
    within = and_(col(Breach.due_at) >= col(_Held.dispatched_at), col(Breach.due_at) <= col(_Held.ended_at))
    return select(col(Breach.id)).where(mine, within, supervision.counts()).exists()


def _belongs(load: Load, days: Days, at: datetime) -> ColumnElement[bool]:
    # The one definition of a figure: its number counts these assignments, its list names their cases.
    state, due = col(_Held.state), col(Case.due_at)
    lead, going = col(_Held.part) == Part.LEAD, and_(col(Case.status).in_(workflow.OPEN), views.in_work())
    in_hand = and_(going, lead, state.in_((AssignmentState.WORKING, AssignmentState.REPORTED)))
    closed = and_(
        col(Case.closed_at) >= days.since, col(Case.closed_at) < days.until, col(Case.status) == Status.CLOSED,
        col(Case.merged_into_id).is_(None), lead,
        state == AssignmentState.FINISHED, col(_Held.ended_at) == col(Case.closed_at),
    )  # fmt: skip
    counts = col(Case.appeal_ruling).is_distinct_from(Ruling.MALICIOUS)
    return {
        Load.IN_HAND: in_hand,
        Load.SOON: and_(in_hand, due >= at, col(Case.due_soon_at) <= at),
        Load.OVERDUE: and_(in_hand, due < at),
        Load.ASSISTING: and_(going, ~lead, state == AssignmentState.WORKING, col(_Held.waived_at).is_(None)),
        Load.CLOSED: closed,
        Load.LATE: and_(closed, _late()),
        Load.RATED: and_(closed, col(Case.satisfaction).is_not(None), counts),
    }[load]


def _whose(actor: Actor, unit_id: UUID | None) -> list[ColumnElement[bool]]:
    mine = [one_of(col(_Held.unit_id), actor.unit_ids)] if actor.reach is Reach.DEPARTMENT else []
    return [*mine, *([col(_Held.unit_id) == unit_id] if unit_id else [])]


async def people(
    session: AsyncSession, actor: Actor, days: Days, *, at: datetime, unit_id: UUID | None = None
) -> tuple[PersonFigures, ...]:
    """Give the figures of everybody who has or closed something within reach, and of colleagues who have nothing.

    :param unit_id: one department; none: all within reach
    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    closed, rated = _belongs(Load.CLOSED, days, at), _belongs(Load.RATED, days, at)
    took = extract("epoch", col(_Held.ended_at) - col(_Held.accepted_at))
    query = (
        select(
            col(_Held.accepted_by), col(_Held.unit_id),
            func.percentile_cont(0.5).within_group(case((closed, took))),
            func.avg(case((rated, case(_POINTS, value=col(Case.satisfaction))))),
            *(func.count().filter(_belongs(load, days, at)) for load in Load),
        )
        .join(Case, col(Case.id) == col(_Held.case_id))
        .where(
            visible_to(actor), *_whose(actor, unit_id), col(_Held.accepted_by).is_not(None),
            or_(col(Case.status).in_(workflow.OPEN), closed),
        )
        .group_by(col(_Held.accepted_by), col(_Held.unit_id))
    )  # fmt: skip
    rows: Sequence[Any] = (await session.execute(query)).all()
    return await _named(session, actor, {(who, unit): numbers for who, unit, *numbers in rows}, unit_id, at)


async def _named(
    session: AsyncSession, actor: Actor, found: Mapping[tuple[UUID, UUID], Any], unit_id: UUID | None, at: datetime
) -> tuple[PersonFigures, ...]:
    units = {unit.id: unit.name for unit in await orgs.departments(session) if _asked(actor, unit.id, unit_id)}
    free = await colleagues(session, units, at=at)
    units |= {one.id: one.name for one in (await orgs.units_by_id(session, {unit for _, unit in found})).values()}
    names = {one.account_id: one.name for one in free} | await orgs.staff_names(session, {who for who, _ in found})
    ready = {(one.account_id, one.unit_id) for one in free if one.unit_id and one.roles & _HANDLERS}
    nothing: Any = (None, None, *(0 for _ in Load))
    lens = await persons.lens(session, actor)
    return tuple(
        PersonFigures(
            who, unit, lens.staff(Field.STAFF_NAME, names.get(who)), units[unit],
            dict(zip(Load, numbers, strict=True)), median, None if points is None else float(points),
        )
        for who, unit in sorted({*found, *ready}, key=lambda key: (str(key[1]), str(key[0])))
        if unit in units
        for median, points, *numbers in (found.get((who, unit), nothing),)
    )  # fmt: skip


_HANDLERS = frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD})


def _asked(actor: Actor, unit: UUID, wanted: UUID | None) -> bool:
    return (wanted is None or unit == wanted) and (actor.reach is not Reach.DEPARTMENT or unit in actor.unit_ids)


async def name_of(session: AsyncSession, actor: Actor, account_id: UUID) -> str:
    """Give a person's name as it is shown."""
    names = await orgs.staff_names(session, {account_id})
    return (await persons.lens(session, actor)).staff(Field.STAFF_NAME, names.get(account_id, ""))


async def cases_behind(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    unit_id: UUID | None,
    load: Load,
    days: Days,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    sort: str = "",
) -> Page[CaseRow]:
    """Give exactly the cases that a figure of a person counts; see `listed`.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    held = (*_whose(actor, unit_id), col(_Held.accepted_by) == account_id, _belongs(load, days, at))
    every = select(Case).join(_Held, col(_Held.case_id) == col(Case.id)).where(visible_to(actor), *held)
    return await listed(session, actor, every, at=at, cursor=cursor, size=size, sort=sort)
