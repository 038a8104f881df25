"""In which order a list is shown: by status as the workflow ruling §4 has it, or was arranged; to-do by urgency.

What has ended stands below what is open, other than the ruling's literal default (decision 0019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import rules, workflow
from domain.cases.models import Case, ListOrder, Supervision
from domain.cases.queries import views
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status as S
from domain.kernel import paging
from domain.kernel.actor import Actor
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role


class Order(Labelled):
    """The lists that have an order of their own."""

    CENTRE = "centre", "综治中心及其他账号的台账"
    DEPARTMENT = "department", "部门的台账"
    TODO = "todo", "待办"


_CENTRE = (
    S.TO_DISPATCH, S.IN_PROGRESS, S.LEADER_ORDER, S.TO_ACCEPT, S.EXTENDED,
    S.RETURN_PENDING, S.EXTENSION_PENDING, S.ORDER_PENDING,
    rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE, S.TO_CONFIRM, S.TO_SUPPLEMENT, S.AT_CITY, S.DRAFT, S.CLOSED, S.VOID,
)  # fmt: skip
_DEPARTMENT = (
    S.TO_ACCEPT, rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE, S.EXTENSION_PENDING, S.RETURN_PENDING,
    S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.TO_CONFIRM, S.ORDER_PENDING, S.AT_CITY,
    S.TO_DISPATCH, S.TO_SUPPLEMENT, S.DRAFT, S.CLOSED, S.VOID,
)  # fmt: skip
_TODO = (
    S.TO_DISPATCH, S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE,
    S.TO_ACCEPT, S.TO_CONFIRM, S.RETURN_PENDING, S.EXTENSION_PENDING, S.ORDER_PENDING, S.TO_SUPPLEMENT,
    S.AT_CITY, S.DRAFT, S.CLOSED, S.VOID,
)  # fmt: skip
DEFAULTS: dict[Order, tuple[str, ...]] = {
    order: tuple(str(status) for status in statuses)
    for order, statuses in ((Order.CENTRE, _CENTRE), (Order.DEPARTMENT, _DEPARTMENT), (Order.TODO, _TODO))
}
"""Every list names every shown status once; the overdue ones come under their own word only."""


def which(actor: Actor, view: str) -> Order:
    """Tell which order a reader's list follows."""
    if view == "todo":
        return Order.TODO
    return Order.DEPARTMENT if actor.has(Role.OFFICER, Role.DEPARTMENT_HEAD) else Order.CENTRE


async def _arranged(session: AsyncSession, order: Order) -> Sequence[str]:
    return await session.scalar(select(col(ListOrder.statuses)).where(col(ListOrder.name) == order.value)) or ()


def _whole(order: Order, arranged: Sequence[str]) -> Sequence[str]:
    # a status that came later than the arrangement stands at its end
    return [*arranged, *(status for status in DEFAULTS[order] if status not in arranged)]


def stored(shown: str, at: datetime) -> ColumnElement[bool]:
    """Give the condition of one shown status; the same as `derived_status`, for an index."""
    status, late = col(Case.status), col(Case.due_at) < at
    if shown == rules.OVERDUE_ACCEPT:
        return and_(status == S.TO_ACCEPT, late)
    if shown == rules.OVERDUE_HANDLE:
        return and_(status.in_(workflow.IN_HAND), late)
    if shown in {S.TO_ACCEPT, *workflow.IN_HAND}:
        return and_(status == S(shown), or_(col(Case.due_at).is_(None), col(Case.due_at) >= at))
    return status == S(shown)


@dataclass(frozen=True, slots=True)
class Band:
    """One stretch of a list: which cases stand in it, in SQL and for a case at hand."""

    condition: ColumnElement[bool]
    holds: Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The order of a list without a sort: its stretches one after the other, each by deadline.

    What is overdue changes with the time: each stretch is asked for a moment.
    """

    name: str
    bands: tuple[Callable[[datetime], Band], ...]

    def values(self, case: Case, at: datetime) -> tuple[object, ...]:
        rank = next((place for place, band in enumerate(self.bands) if band(at).holds(case)), len(self.bands))
        return (rank, *NEAREST.values(case))


NEAREST = paging.Order(
    "nearest",
    (
        paging.Key(col(Case.due_at), lambda case: case.due_at, may_lack=True),
        paging.Key(col(Case.urgent), lambda case: case.urgent, falling=True),
        paging.Key(col(Case.id), lambda case: case.id, falling=True),
    ),
)
"""The nearest deadline first, then the urgent, then the newest."""


async def arrangement(session: AsyncSession, actor: Actor, view: str) -> Arrangement:
    """Give the order of a reader's list; what is to be done goes by urgency, unless somebody arranged it by status."""
    order = which(actor, view)
    arranged = await _arranged(session, order)
    if order is Order.TODO and not arranged:
        return _FOR_LEADERS if actor.has(Role.LEADER) else Arrangement("urgency", _BY_URGENCY)
    statuses = _whole(order, arranged)
    return Arrangement("/".join((order.value, *statuses)), tuple(partial(_shown_as, status) for status in statuses))


def _shown_as(shown: str, at: datetime) -> Band:
    def holds(case: Case) -> bool:
        return rules.shown_status(case.status, case.due_at, at=at, for_department=False)[0] == shown

    return Band(stored(shown, at), holds)


def _pressing(at: datetime, *, late: bool, urgent: bool) -> Band:
    passed = and_(col(Case.due_at).is_not(None), col(Case.due_at) < at)
    lifted = and_(col(Case.urgent).is_(True), col(Case.status) != S.CLOSED)

    def holds(case: Case) -> bool:
        presses = case.urgent and case.status is not S.CLOSED
        return (case.due_at is not None and case.due_at < at) is late and presses is urgent

    return Band(and_(passed if late else ~passed, lifted if urgent else ~lifted), holds)


def _for_leader(_at: datetime, *, place: str) -> Band:
    decides, red = views.decided_by_leader(), views.carries_red()
    conditions = {"decide": decides, "red": and_(red, ~decides), "closed": col(Case.status) == S.CLOSED}
    rest = and_(~decides, ~red, col(Case.status) != S.CLOSED)
    return Band(conditions.get(place, rest), lambda case: _leader_s_place(case) == place)


def _leader_s_place(case: Case) -> str:
    asked = case.status in {S.RETURN_PENDING, S.EXTENSION_PENDING} and case.leader_order
    if case.status is S.ORDER_PENDING or asked:
        return "decide"
    if case.status in workflow.OPEN and case.supervision is Supervision.RED:
        return "red"
    return "closed" if case.status is S.CLOSED else "rest"


_FOR_LEADERS = Arrangement(
    "leader", tuple(partial(_for_leader, place=place) for place in ("decide", "red", "closed", "rest"))
)
"""A leader's to-do: decisions, red cards, dissatisfied petitioners; then what another role of the person brings."""
_BY_URGENCY = tuple(partial(_pressing, late=late, urgent=urgent) for late in (True, False) for urgent in (True, False))
"""What is to be done: the overdue before all others, the urgent lifted above their like, then the nearest deadline."""


def in_order(
    actor: Actor,
    arranged: Arrangement,
    conditions: Sequence[ColumnElement[bool]],
    place: paging.Place | None,
    *,
    at: datetime,
    most: int,
) -> Select[tuple[Case]]:
    """Select the cases within reach behind a place of an order (or before it, the nearest first), `most` of them.

    `at` is the moment of the order. Each stretch is read from the index and no further than a page needs: a million cases are
    not sorted to show twenty.
    """
    back = bool(place and place.back)
    edge = place.values[0] if place else None
    branches = []
    for rank, band in enumerate(arranged.bands):
        if edge is not None and (rank > edge if back else rank < edge):
            continue
        query = select(col(Case.id).label("id"), literal(rank).label("rank"))
        query = query.where(visible_to(actor), band(at).condition, *conditions)
        if place and rank == edge:
            query = query.where(NEAREST.beyond(place.values[1:], back=back))
        branches.append(query.order_by(*NEAREST.sorting(back=back)).limit(most).subquery(f"rank_{rank}"))
    ranked = union_all(*[select(branch.c.id, branch.c.rank) for branch in branches]).subquery("ranked")
    found = select(Case).join(ranked, ranked.c.id == col(Case.id)).where(visible_to(actor))
    by_rank = ranked.c.rank.desc() if back else ranked.c.rank.asc()
    return found.order_by(by_rank, *NEAREST.sorting(back=back)).limit(most)


def derived_status(at: datetime) -> ColumnElement[str]:
    """Give the shown status in SQL, the same as `rules.shown_status`."""
    late = col(Case.due_at) < at
    status = col(Case.status)
    return case(
        (and_(late, status == S.TO_ACCEPT), rules.OVERDUE_ACCEPT),
        (and_(late, status.in_(workflow.IN_HAND)), rules.OVERDUE_HANDLE),
        else_=cast(status, String),
    )
