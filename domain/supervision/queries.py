"""Reads of breaches, within the reach of their cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from domain.calendar.models import Deadline
from domain.calendar.queries import book_of
from domain.calendar.schemas import MovedDeadline, Preview
from domain.cases.models import Case
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Permission, Role
from domain.supervision.models import Breach, Level, VoidedBreach
from domain.supervision.rules import UNTOUCHED
from domain.supervision.schemas import BreachView, Foreseen, Overdue

EXAMPLES = 10
LOOK_BACK = timedelta(days=30)
"""Clocks that were stopped late are looked for so far back: longer than any outage."""


async def overdue(session: AsyncSession, actor: Actor, *, at: datetime, limit: int = 500) -> list[Overdue]:
    """List what passed yellow or red and has no breach yet, the longest first.

    It reads the running clocks by their next moment, and those stopped late within 30 days.
    """
    found: list[tuple[datetime, Overdue]] = []
    for level, due in ((Level.YELLOW, col(Deadline.yellow_at)), (Level.RED, col(Deadline.red_at))):
        query = (
            select(col(Deadline.id), due)
            .join(Case, col(Case.id) == col(Deadline.subject_id))
            .where(
                visible_to(actor),
                col(Case.legacy).is_(False),
                col(Case.merged_into_id).is_(None),
                col(Case.status).not_in(UNTOUCHED),
                due < at,
                ~select(col(Breach.id))
                .where(col(Breach.deadline_id) == col(Deadline.id), col(Breach.level) == level, counts())
                .exists(),
            )
            .order_by(due, col(Deadline.id))
            .limit(limit)
        )
        for ran in (_running(at), _stopped_late(due, at)):
            rows = (await session.execute(query.where(ran))).all()
            found += [(moment, Overdue(deadline_id, level)) for deadline_id, moment in rows]
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].level is Level.RED))]


def _running(at: datetime) -> ColumnElement[bool]:
    return and_(
        col(Deadline.stopped_at).is_(None),
        col(Deadline.paused_at).is_(None),
        col(Deadline.yellow_at) < at,
        col(Case.status) != Status.CLOSED,
    )


def _stopped_late(due: ColumnElement[datetime] | Mapped[datetime], at: datetime) -> ColumnElement[bool]:
    return and_(
        col(Deadline.stopped_at) > col(Deadline.yellow_at),
        col(Deadline.stopped_at) >= at - LOOK_BACK,
        func.coalesce(col(Deadline.paused_at), col(Deadline.stopped_at)) > due,
    )


async def breaches_of(session: AsyncSession, actor: Actor, number: str) -> tuple[BreachView, ...]:
    """List the breaches of one case within reach, in the order of their moments."""
    return await _listed(session, actor, col(Case.number) == number)


async def breaches_in(
    session: AsyncSession, actor: Actor, *, since: datetime, until: datetime, unit_id: UUID | None = None
) -> tuple[BreachView, ...]:
    """List the breaches whose moment lies in `[since, until)`, of one unit or of all."""
    period = and_(col(Breach.due_at) >= since, col(Breach.due_at) < until)
    return await _listed(session, actor, period if unit_id is None else and_(period, col(Breach.unit_id) == unit_id))


async def found_in(
    session: AsyncSession, actor: Actor, *, since: datetime, until: datetime, number: str = ""
) -> tuple[BreachView, ...]:
    """List the breaches that count and were written in `[since, until)`, of one case or of all."""
    wanted = and_(col(Breach.found_at) >= since, col(Breach.found_at) < until)
    return await _listed(session, actor, and_(wanted, col(Case.number) == number) if number else wanted)


def counts() -> ColumnElement[bool]:
    """Give the condition of the breaches that were not voided."""
    return ~select(col(VoidedBreach.breach_id)).where(col(VoidedBreach.breach_id) == col(Breach.id)).exists()


async def _listed(session: AsyncSession, actor: Actor, wanted: ColumnElement[bool]) -> tuple[BreachView, ...]:
    query = (
        select(Breach, col(Case.number), Deadline)
        .join(Case, col(Case.id) == col(Breach.case_id))
        .join(Deadline, col(Deadline.id) == col(Breach.deadline_id))
        .where(visible_to(actor), counts(), wanted)
        .order_by(col(Breach.due_at), col(Breach.id))
    )
    book = await book_of(session)
    return tuple(
        BreachView.of(breach, number, deadline, book.calendar(deadline.unit_id))
        for breach, number, deadline in (await session.execute(query)).all()
    )


async def foreseen(session: AsyncSession, actor: Actor, preview: Preview, *, at: datetime) -> Foreseen:
    """Show a preview of the rules of time by cases: those that would become late first, then the soonest.

    Numbers name a case and nobody in it; who arranges time sees them whatever the own reach.

    :raises NotPermitted: the actor does not arrange time
    """
    actor.require(Permission.ARRANGE)
    order = sorted(preview.moved, key=lambda one: (not one.newly_late(at), one.after, str(one.deadline_id)))
    ids = list(dict.fromkeys(one.subject_id for one in order))[:EXAMPLES]
    seen = visible_to(system_actor(Role.CLOCK))
    rows = await session.execute(select(col(Case.id), col(Case.number)).where(col(Case.id).in_(ids), seen))
    numbers = {row[0]: row[1] for row in rows}
    first = {one.subject_id: one for one in reversed(order)}
    examples = [_example(numbers[i], first[i], at) for i in ids if i in numbers]
    return Foreseen(preview.sentence(at), tuple(examples))


def _example(number: str, one: MovedDeadline, at: datetime) -> str:
    lamp = int(one.before[0] == one.after[0])
    moment = " 改为 ".join(one.written[lamp])
    late = "，将立即超期" if one.newly_late(at) else ""
    return f"{number} {one.link.label}{'红牌' if lamp else ''}时限 {moment}{late}"


def still_open() -> ColumnElement[bool]:
    """Give the condition of the cases that a changed calendar may reach."""
    return col(Case.status).not_in((Status.CLOSED, *UNTOUCHED))
