"""In which order a list is shown: by status as the workflow ruling §4 has it, or was arranged; to-do by urgency.

What has ended stands below what is open, other than the ruling's literal default (decision 0019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, cast, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import rules, workflow
from domain.cases.models import Case, CaseReach, ListOrder, Supervision
from domain.cases.queries import views
from domain.cases.vocabulary import Status as S
from domain.kernel import driver, paging
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
    rows = await _ARRANGED.rows(session, name=order.value)
    return rows[0][0] if rows else ()


_ARRANGED = driver.Made(select(col(ListOrder.statuses)).where(col(ListOrder.name) == bindparam("name")))


def _whole(order: Order, arranged: Sequence[str]) -> Sequence[str]:
    # a status that came later than the arrangement stands at its end
    return [*arranged, *(status for status in DEFAULTS[order] if status not in arranged)]


def stored(shown: str, at: datetime, of: Any = Case) -> tuple[ColumnElement[bool], ...]:
    """Give the condition of one shown status, as stretches of one index; together the same as `derived_status`."""
    status, due = of.status, of.due_at
    if shown == rules.OVERDUE_ACCEPT:
        return (and_(status == S.TO_ACCEPT, due < at),)
    if shown == rules.OVERDUE_HANDLE:
        return tuple(and_(status == one, due < at) for one in workflow.IN_HAND)
    if shown in {S.TO_ACCEPT, *workflow.IN_HAND}:
        return and_(status == S(shown), due >= at), and_(status == S(shown), due.is_(None))
    return (status == S(shown),)


@dataclass(frozen=True, slots=True)
class Band:
    """One stretch of a list: which cases stand in it, in SQL and for a case at hand.

    :ivar slices: gives them, each a stretch of one index, if it can be; no case stands in two
    :ivar statuses_mixed: cases of several statuses stand in it, which no slice names
    """

    slices: Callable[[], tuple[ColumnElement[bool], ...]]
    holds: Callable[[Case], bool]
    statuses_mixed: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The order of a list without a sort: its stretches one after the other, each by deadline.

    What is overdue changes with the time: each stretch is asked for a moment, and for the table that it is read from.
    """

    name: str
    bands: tuple[Callable[[datetime, Any], Band], ...]

    def values(self, case: Case, at: datetime) -> tuple[object, ...]:
        rank = next((place for place, band in enumerate(self.bands) if band(at, Case).holds(case)), len(self.bands))
        return (rank, *NEAREST.values(case))


def _nearest(due_at: Any, urgent: Any, identity: Any) -> paging.Order:
    keys = (
        paging.Key(due_at, lambda case: case.due_at, may_lack=True),
        paging.Key(urgent, lambda case: case.urgent, falling=True),
        paging.Key(identity, lambda case: case.id, falling=True),
    )
    return paging.Order("nearest", keys)


NEAREST = _nearest(col(Case.due_at), col(Case.urgent), col(Case.id))
"""The nearest deadline first, then the urgent, then the newest."""


async def arrangement(session: AsyncSession, actor: Actor, view: str) -> Arrangement:
    """Give the order of a reader's list; what is to be done goes by urgency, unless somebody arranged it by status."""
    order = which(actor, view)
    arranged = await _arranged(session, order)
    if order is Order.TODO and not arranged:
        return _FOR_LEADERS if actor.has(Role.LEADER) else _URGENT_FIRST
    return _by_status(order, tuple(_whole(order, arranged)))


@lru_cache(maxsize=50)
def _by_status(order: Order, statuses: tuple[str, ...]) -> Arrangement:
    return Arrangement("/".join((order.value, *statuses)), tuple(partial(_shown_as, status) for status in statuses))


def _shown_as(shown: str, at: datetime, of: Any) -> Band:
    def holds(case: Case) -> bool:
        return rules.shown_status(case.status, case.due_at, at=at, for_department=False)[0] == shown

    return Band(lambda: stored(shown, at, of), holds)


def _pressing(at: datetime, of: Any, *, late: bool, urgent: bool) -> Band:
    def slices() -> tuple[ColumnElement[bool], ...]:
        passed = and_(of.due_at.is_not(None), of.due_at < at)
        lifted = and_(of.urgent.is_(True), of.status != S.CLOSED)
        return (and_(passed if late else ~passed, lifted if urgent else ~lifted),)

    def holds(case: Case) -> bool:
        presses = case.urgent and case.status is not S.CLOSED
        return (case.due_at is not None and case.due_at < at) is late and presses is urgent

    return Band(slices, holds, statuses_mixed=True)


def _for_leader(_at: datetime, _of: Any, *, place: str) -> Band:
    def slices() -> tuple[ColumnElement[bool], ...]:
        decides, red = views.decided_by_leader(), views.carries_red()
        conditions = {"decide": decides, "red": and_(red, ~decides), "closed": col(Case.status) == S.CLOSED}
        return (conditions.get(place, and_(~decides, ~red, col(Case.status) != S.CLOSED)),)

    return Band(slices, lambda case: _leader_s_place(case) == place)


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
_URGENT_FIRST = Arrangement(
    "urgency", tuple(partial(_pressing, late=late, urgent=urgent) for late in (True, False) for urgent in (True, False))
)
"""What is to be done: the overdue before all others, the urgent lifted above their like, then the nearest deadline."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the stretches of a list are read from: all cases, or those that ever came to one department.

    :ivar of: the table with the columns that lists are ordered by, `id` the case in it
    :ivar within: what joins it to the cases and narrows it
    :ivar statuses: all that can stand in the list, if that is known
    """

    of: Any
    id: Any
    within: tuple[ColumnElement[bool], ...] = ()
    statuses: tuple[S, ...] = ()

    @property
    def nearest(self) -> paging.Order:
        return _nearest(self.of.due_at, self.of.urgent, self.id)

    def slices(self, band: Band) -> list[ColumnElement[bool]]:
        """Give the stretches of an index that a band is read from."""
        if not (self.statuses and band.statuses_mixed):
            return list(band.slices())
        return [and_(one, self.of.status == status) for one in band.slices() for status in self.statuses]


EVERY_CASE = Ground(Case, col(Case.id))


def ground_of(actor: Actor, view: str) -> Ground:
    """Tell where a reader's list is read from."""
    statuses = views.held_statuses(actor, view)
    if statuses is None or len(actor.unit_ids) != 1:
        return EVERY_CASE
    of: Any = CaseReach
    within = [of.case_id == col(Case.id), of.unit_id == next(iter(actor.unit_ids))]
    if statuses:
        within.append(of.status.in_(statuses))
    return Ground(of, of.case_id, tuple(within), statuses)


def whole(arranged: Arrangement, at: datetime) -> paging.Order:
    """Give the order of a list as one sort, for a list that is short."""
    ranks = [(or_(*band(at, Case).slices()), place) for place, band in enumerate(arranged.bands)]
    rank = paging.Key(case(*ranks, else_=len(ranks)), lambda case: arranged.values(case, at)[0])
    return paging.Order(arranged.name, (rank, *NEAREST.keys))


def stretch(
    ground: Ground,
    band: Band,
    conditions: Sequence[ColumnElement[bool]],
    *,
    beyond: Sequence[Any] = (),
    back: bool = False,
    most: int,
) -> Callable[[Select[Any]], Select[Any]]:
    """Select the cases of one band that fit some conditions, `most` of them, each slice as an index has it.

    :param beyond: the sort values within this band behind which the page begins, or before which it ends (`back`)
    """
    fits = [*ground.within, *conditions]
    if beyond:
        fits.append(ground.nearest.beyond(beyond, back=back))
    slices = ground.slices(band)
    if len(slices) == 1:
        return lambda query: query.where(slices[0], *fits).order_by(*ground.nearest.sorting(back=back)).limit(most)
    columns = (ground.id.label("id"), ground.of.due_at.label("due_at"), ground.of.urgent.label("urgent"))
    each = (
        select(*columns).where(one, *fits).order_by(*ground.nearest.sorting(back=back)).limit(most) for one in slices
    )
    found = union_all(*(select(one.subquery(f"slice_{n}")) for n, one in enumerate(each))).subquery("found")
    order = _nearest(found.c.due_at, found.c.urgent, found.c.id).sorting(back=back)
    return lambda query: query.join(found, found.c.id == col(Case.id)).order_by(*order).limit(most)


def derived_status(at: datetime) -> ColumnElement[str]:
    """Give the shown status in SQL, the same as `rules.shown_status`."""
    late = col(Case.due_at) < at
    status = col(Case.status)
    return case(
        (and_(late, status == S.TO_ACCEPT), rules.OVERDUE_ACCEPT),
        (and_(late, status.in_(workflow.IN_HAND)), rules.OVERDUE_HANDLE),
        else_=cast(status, String),
    )
