"""The limit and the moments of a clock that a step starts, asked by its preview and by the act alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar import rules
from domain.calendar.models import LimitSource, Link
from domain.calendar.rules import Limit
from domain.cases.models import Assignment, Case
from domain.cases.queries import limits
from domain.cases.queries.limits import Own


@dataclass(frozen=True, slots=True)
class Beginning:
    """A clock as a step would start it: who holds its link, on which limit, and until when."""

    link: Link
    unit_id: UUID
    limit: Limit
    source: LimitSource
    latest_at: datetime | None
    yellow_at: datetime
    red_at: datetime


async def clock(
    session: AsyncSession, case: Case, own: Own, link: Link, unit_id: UUID, *, at: datetime, promise_days: int = 0
) -> Beginning:
    """Lay a clock of a case: what is promised goes first, then what its process sets, then the rules."""
    limit, source = await limits.of_case(session, case, own, link, unit_id, at=at)
    work = await calendar.calendar_of(session, unit_id)
    if link is Link.RESOLVE and promise_days:
        limit, source = rules.promised(promise_days, limit, at=at, calendar=work), LimitSource.PROMISE
    latest_at = case.city_due_at if link is Link.RESOLVE else None
    yellow_at, red_at = rules.laid(limit, at=at, calendar=work, latest_at=latest_at)
    return Beginning(link, unit_id, limit, source, latest_at, yellow_at, red_at)


def holding_unit(case: Case, link: Link, assignment: Assignment | None = None) -> UUID:
    """Give the unit that holds a link: the centre before dispatch, then who has the case."""
    if assignment:
        return assignment.unit_id
    return case.unit_id if link is Link.DISPATCH else case.lead_unit_id or case.unit_id
