"""Named selections of cases. A counter and its list use the same one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.queries.reach import LIVE, copied_to, dispatched_to, visible_to
from domain.cases.schemas import Counter
from domain.cases.vocabulary import Status as S
from domain.kernel.actor import Actor
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.columns import one_of
from domain.kernel.permissions import Role

View = Callable[[Actor, datetime], ColumnElement[bool]]


def is_open(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """This function will select the open cases (drafts are not open yet, legacy ones are set aside)."""
    return and_(col(Case.status).in_(workflow.OPEN), in_work())


def in_work() -> ColumnElement[bool]:
    """This function will select the cases that are not set aside, as legacy or as merged into another."""
    return and_(col(Case.legacy).is_(False), col(Case.merged_into_id).is_(None))


def to_do(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """This function will select the cases that wait for a step of this actor."""
    if actor.read_only:
        return false()
    waits = [condition for role, condition in _waits(actor) if role in actor.roles]
    return and_(in_work(), or_(false(), *waits))


def _waits(actor: Actor) -> list[tuple[Role, ColumnElement[bool]]]:
    own = one_of(col(Case.created_by), actor.own_ids)
    order = col(Case.leader_order)
    asked = col(Case.status).in_((S.RETURN_PENDING, S.EXTENSION_PENDING))
    leading = dispatched_to(actor.unit_ids, col(Assignment.part) == Part.LEAD, col(Assignment.state).in_(LIVE))
    helps = (col(Assignment.part) == Part.ASSIST, col(Assignment.waived_at).is_(None))
    asked_to_help = dispatched_to(actor.unit_ids, *helps, col(Assignment.state) == AssignmentState.WAITING)
    helping = dispatched_to(actor.unit_ids, *helps, col(Assignment.state) == AssignmentState.WORKING)
    # an assistant reports once the lead has accepted; until then nothing is left to do
    assisting = or_(asked_to_help, and_(helping, col(Case.status) != S.TO_ACCEPT))
    in_hand = col(Case.status).in_((S.TO_ACCEPT, *workflow.IN_HAND))
    return [
        (Role.GUIDE, and_(own, col(Case.status) == S.DRAFT)),
        (Role.REGISTRAR, and_(own, col(Case.status).in_((S.DRAFT, S.TO_SUPPLEMENT)))),
        (
            Role.CENTER_ADMIN,
            or_(
                col(Case.status).in_((S.TO_DISPATCH, S.TO_CONFIRM)),
                and_(asked, ~order),
                and_(own, col(Case.status) == S.DRAFT),
            ),
        ),
        (Role.LEADER, or_(col(Case.status) == S.ORDER_PENDING, and_(asked, order))),
        (Role.OFFICER, and_(in_hand, or_(leading, assisting))),
        (Role.DEPARTMENT_HEAD, and_(in_hand, leading)),
    ]


def returned_by(units: Collection[UUID]) -> ColumnElement[bool]:
    """This function will select what a department gave back and does not hold any more (已退回)."""
    held = dispatched_to(units, col(Assignment.state).in_((*LIVE, AssignmentState.FINISHED)))
    return and_(dispatched_to(units, col(Assignment.state) == AssignmentState.RETURNED), ~held)


def overdue(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """This function will select the open cases whose nearest deadline has passed."""
    return and_(is_open(actor, at), col(Case.due_at) < at)


def due_soon(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the open cases whose nearest deadline ends soon, the same as `calendar.rules.remaining` shows orange."""
    return and_(is_open(actor, at), col(Case.due_at) >= at, col(Case.due_soon_at) <= at)


def _at(*statuses: S) -> View:
    return lambda actor, at: and_(col(Case.status).in_(statuses), in_work())


def closed_this_month(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """This function will select the cases closed in the running month (Asia/Shanghai)."""
    start, _ = day_bounds(local_date(at).replace(day=1))
    return and_(col(Case.status) == S.CLOSED, col(Case.closed_at) >= start)


VIEWS: dict[str, tuple[str, str, View]] = {
    "todo": ("我的待办", "blue", to_do),
    "open": ("在办", "blue", is_open),
    "overdue": ("已超期", "red", overdue),
    "due_24h": ("即将到期", "orange", due_soon),  # within 24 hours, or the last working day
    "drafts": ("草稿", "gray", _at(S.DRAFT)),
    "to_dispatch": ("待转派", "blue", _at(S.TO_DISPATCH)),
    "to_supplement": ("退回待补充", "orange", _at(S.TO_SUPPLEMENT)),
    "to_accept": ("待接收", "blue", _at(S.TO_ACCEPT)),
    "in_hand": ("处理中", "blue", _at(*workflow.IN_HAND)),
    "to_approve": ("待审批", "yellow", _at(S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING)),
    "to_confirm": ("调处待确认", "yellow", _at(S.TO_CONFIRM)),
    "closed_month": ("本月办结", "green", closed_this_month),
    "watch": ("持续关注", "yellow", lambda actor, at: col(Case.watch).is_(True)),
    "legacy": ("历史遗留", "gray", lambda actor, at: col(Case.legacy).is_(True)),
    "merged": ("已并案", "gray", lambda actor, at: col(Case.merged_into_id).is_not(None)),
    "copied": ("抄告我的", "blue", lambda actor, at: copied_to(actor.unit_ids)),
    "returned": ("已退回", "gray", lambda actor, at: returned_by(actor.unit_ids)),
    "all": ("全部", "gray", lambda actor, at: true()),
}
_BOARD: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.GUIDE, ("todo", "open", "overdue", "closed_month")),
    (Role.REGISTRAR, ("todo", "drafts", "to_supplement", "open", "overdue", "closed_month")),
    (Role.CENTER_ADMIN, ("todo", "to_dispatch", "to_confirm", "overdue", "due_24h", "closed_month")),
    (Role.LEADER, ("open", "overdue", "due_24h", "to_approve", "to_confirm", "closed_month")),
    (Role.OFFICER, ("todo", "to_accept", "in_hand", "overdue", "due_24h", "closed_month")),
    (Role.DEPARTMENT_HEAD, ("open", "to_accept", "in_hand", "overdue", "due_24h", "closed_month")),
    (Role.STATION, ("open", "overdue", "due_24h", "to_confirm", "closed_month")),
    (Role.VIEWER, ("open", "overdue", "due_24h", "to_confirm", "closed_month")),
)


def views_of(actor: Actor) -> tuple[str, ...]:
    """This function will give the counters that this person's desk shows, in their order."""
    return next((names for role, names in _BOARD if role in actor.roles), ())


async def counters(session: AsyncSession, actor: Actor, *, at: datetime) -> tuple[Counter, ...]:
    """This function will count this person's desk in one query."""
    names = views_of(actor)
    counts = await count_views(session, actor, names, at=at)
    return tuple(Counter(name, VIEWS[name][0], counts[name], VIEWS[name][1]) for name in names)


async def count_views(session: AsyncSession, actor: Actor, names: tuple[str, ...], *, at: datetime) -> dict[str, int]:
    """This function will count some views for this person in one query."""
    if not names:
        return {}
    views = [VIEWS[name][2](actor, at) for name in names]
    sums = [func.count().filter(view) for view in views]
    # what no view wants is not read at all: of a million cases most are closed long ago
    row = (await session.execute(select(*sums).select_from(Case).where(visible_to(actor), or_(*views)))).one()
    return dict(zip(names, row, strict=True))
