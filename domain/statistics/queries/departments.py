"""Figures of departments, and the cases behind each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, AssignmentState, Case, Ruling, Satisfaction
from domain.cases.queries.reach import visible_to
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission, Reach
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs
from domain.statistics.queries.listed import listed
from domain.statistics.schemas import DepartmentFigures, Measure

_Held = aliased(Assignment)
"""Reach asks for assignments of its own: the two must not be taken for one."""
_GONE = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)
_POINTS = {grade.value: grade.points for grade in Satisfaction}


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period of dispatch; none leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None


def _held(actor: Actor, period: Period) -> Select[Any]:
    """One line for each department and case it holds or held, with all that measures look at."""
    kept = col(_Held.state).not_in(_GONE)
    return (
        select(
            col(_Held.unit_id).label("unit_id"),
            col(Case.id).label("case_id"),
            func.bool_or(kept).label("kept"),
            func.bool_or(and_(kept, col(_Held.accepted_at).is_not(None))).label("accepted"),
            func.bool_or(col(_Held.state) == AssignmentState.RETURNED).label("returned"),
            func.max(col(Case.status)).label("status"),
            func.max(col(Case.due_at)).label("due_at"),
            func.max(case((_set_aside(), None), else_=case(_POINTS, value=col(Case.satisfaction)))).label("points"),
        )
        .join(Case, col(Case.id) == col(_Held.case_id))
        .where(visible_to(actor), *_when(period), *_whose(actor))
        .group_by(col(_Held.unit_id), col(Case.id))
    )


def _set_aside() -> ColumnElement[bool]:
    # A rating ruled malicious does not count (row 34b).
    return col(Case.appeal_ruling).is_not_distinct_from(Ruling.MALICIOUS)


def _when(period: Period) -> list[ColumnElement[bool]]:
    found = []
    if period.since:
        found.append(col(_Held.dispatched_at) >= period.since)
    if period.until:
        found.append(col(_Held.dispatched_at) < period.until)
    return found


def _whose(actor: Actor) -> list[ColumnElement[bool]]:
    return [one_of(col(_Held.unit_id), actor.unit_ids)] if actor.reach is Reach.DEPARTMENT else []


def _belongs(measure: Measure, held: Any, at: datetime) -> ColumnElement[bool]:
    # The one definition of a measure: its number counts these lines, its list names them.
    ongoing = held.c.status.in_([s.value for s in workflow.OPEN])
    conditions: dict[Measure, ColumnElement[bool]] = {
        Measure.TOTAL: held.c.kept,
        Measure.ACCEPTED: held.c.accepted,
        Measure.WAITING: and_(held.c.kept, ~held.c.accepted),
        Measure.IN_HAND: and_(held.c.accepted, ongoing),
        Measure.OVERDUE: and_(held.c.kept, ongoing, held.c.due_at < at),
        Measure.CLOSED: and_(held.c.kept, held.c.status == Status.CLOSED.value),
        Measure.RETURNED: and_(held.c.returned, ~held.c.kept),
    }
    return conditions[measure]


async def departments(
    session: AsyncSession, actor: Actor, period: Period, *, at: datetime
) -> tuple[DepartmentFigures, ...]:
    """Give the figures of every department within reach, in the order of units.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    held = _held(actor, period).subquery()
    numbers = [func.count().filter(_belongs(measure, held, at)).label(measure.value) for measure in Measure]
    query = select(held.c.unit_id, *numbers, func.avg(held.c.points).label("satisfaction")).group_by(held.c.unit_id)
    rows = {row["unit_id"]: row for row in (await session.execute(query)).mappings()}
    units = [
        u for u in await orgs.departments(session) if actor.reach is not Reach.DEPARTMENT or u.id in actor.unit_ids
    ]
    return tuple(_figures(unit.code, unit.name, rows.get(unit.id)) for unit in units)


def _figures(code: str, name: str, row: Any) -> DepartmentFigures:
    counts = {measure.value: int(row[measure.value]) if row else 0 for measure in Measure}
    mean = float(row["satisfaction"]) if row and row["satisfaction"] is not None else None
    return DepartmentFigures(code, name, satisfaction=mean, **counts)


async def cases_behind(
    session: AsyncSession,
    actor: Actor,
    code: str,
    measure: Measure,
    period: Period,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    sort: str = "",
) -> Page[CaseRow]:
    """Give exactly the cases that a figure counts; see `listed`.

    :raises NotPermitted: the actor sees no figures
    :raises Invalid: no such department
    """
    actor.require(Permission.STATISTICS_VIEW)
    unit = await orgs.department_by_code(session, code, field="department")
    if actor.reach is Reach.DEPARTMENT and unit.id not in actor.unit_ids:
        raise Invalid.of({"department": "只能查看本单位的统计"})
    held = _held(actor, period).subquery()
    chosen = select(held.c.case_id).where(held.c.unit_id == unit.id, _belongs(measure, held, at))
    every = select(Case).where(col(Case.id).in_(chosen), visible_to(actor))
    return await listed(session, actor, every, at=at, cursor=cursor, size=size, sort=sort)
