"""In which order of statuses a list is shown: the defaults of the workflow ruling §4, or what was arranged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import rules, workflow
from domain.cases.models import Case, ListOrder
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status as S
from domain.kernel.actor import Actor
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role


class Order(Labelled):
    """The lists that have an order of their own."""

    CENTRE = "centre", "综治中心及其他账号的台账"
    DEPARTMENT = "department", "部门的台账"
    TODO = "todo", "待办"


_CENTRE = (
    S.TO_DISPATCH, S.CLOSED, S.IN_PROGRESS, S.LEADER_ORDER, S.TO_ACCEPT, S.EXTENDED,
    S.RETURN_PENDING, S.EXTENSION_PENDING, S.ORDER_PENDING,
    rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE, S.TO_CONFIRM, S.TO_SUPPLEMENT, S.AT_CITY, S.DRAFT, S.VOID,
)  # fmt: skip
_DEPARTMENT = (
    S.TO_ACCEPT, rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE, S.EXTENSION_PENDING, S.RETURN_PENDING,
    S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.TO_CONFIRM, S.CLOSED, S.ORDER_PENDING, S.AT_CITY,
    S.TO_DISPATCH, S.TO_SUPPLEMENT, S.DRAFT, S.VOID,
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
    """This function will tell which order a reader's list follows."""
    if view == "todo":
        return Order.TODO
    return Order.DEPARTMENT if actor.has(Role.OFFICER, Role.DEPARTMENT_HEAD) else Order.CENTRE


async def order_of(session: AsyncSession, order: Order) -> Sequence[str]:
    """This function will give the arranged order of a list, or its default."""
    arranged = await session.scalar(select(col(ListOrder.statuses)).where(col(ListOrder.name) == order.value))
    kept = list(arranged or ())
    # a status that came later than the arrangement stands at its end
    return [*kept, *(status for status in DEFAULTS[order] if status not in kept)]


def stored(shown: str, at: datetime) -> ColumnElement[bool]:
    """This function will give the condition of one shown status; the same as `derived_status`, for an index."""
    status, late = col(Case.status), col(Case.due_at) < at
    if shown == rules.OVERDUE_ACCEPT:
        return and_(status == S.TO_ACCEPT, late)
    if shown == rules.OVERDUE_HANDLE:
        return and_(status.in_(workflow.IN_HAND), late)
    if shown in {S.TO_ACCEPT, *workflow.IN_HAND}:
        return and_(status == S(shown), or_(col(Case.due_at).is_(None), col(Case.due_at) >= at))
    return status == S(shown)


def in_order(
    actor: Actor, statuses: Sequence[str], at: datetime, conditions: Sequence[ColumnElement[bool]], *, most: int
) -> Select[tuple[Case]]:
    """This function will give the first `most` cases within reach in an order, status by status.

    Each status is read from the index and no further than a page needs: a million cases are
    not sorted to show twenty.
    """
    due, more = col(Case.due_at).asc(), (col(Case.urgent).desc(), col(Case.id).desc())
    branches = [
        select(col(Case.id).label("id"), literal(place).label("rank"))
        .where(visible_to(actor), stored(shown, at), *conditions)
        .order_by(due, *more)
        .limit(most)
        .subquery(f"rank_{place}")
        for place, shown in enumerate(statuses)
    ]
    ranked = union_all(*[select(branch.c.id, branch.c.rank) for branch in branches]).subquery("ranked")
    found = select(Case).join(ranked, ranked.c.id == col(Case.id)).where(visible_to(actor))
    return found.order_by(ranked.c.rank, due.nullslast(), *more)


def derived_status(at: datetime) -> ColumnElement[str]:
    """This function will give the shown status in SQL, the same as `rules.shown_status`."""
    late = col(Case.due_at) < at
    status = col(Case.status)
    return case(
        (and_(late, status == S.TO_ACCEPT), rules.OVERDUE_ACCEPT),
        (and_(late, status.in_(workflow.IN_HAND)), rules.OVERDUE_HANDLE),
        else_=cast(status, String),
    )
