"""Named selections of cases. A counter and its list use the same one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import (
    Assignment,
    AssignmentState,
    CallOutcome,
    Case,
    CaseReach,
    Part,
    Satisfaction,
    Supervision,
)
from domain.cases.queries import processes, reach, receiving
from domain.cases.queries.reach import LIVE, copied_to, dispatched_to, visible_to
from domain.cases.schemas import Counter
from domain.cases.vocabulary import Status as S
from domain.kernel import alike, driver
from domain.kernel.actor import Actor
from domain.kernel.clock import SHANGHAI
from domain.kernel.columns import MOMENT, one_of
from domain.kernel.permissions import Role

View = Callable[[Actor, datetime], ColumnElement[bool]]


def is_open(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the open cases that are the actor's work (drafts are not open yet, legacy ones are set aside)."""
    return and_(col(Case.status).in_(workflow.OPEN), in_work(), work_of(actor))


def speaks_for_department(actor: Actor) -> bool:
    """Tell whether an actor's lists are those of a department: what stands with it, not all that it may read."""
    desk = next((role for role, _ in _BOARD if role in actor.roles), None)
    return desk in {Role.OFFICER, Role.DEPARTMENT_HEAD}


def work_of(actor: Actor) -> ColumnElement[bool]:
    """Select what is the actor's work now: of a department, what it leads, or helps with and has not reported on.

    Counters, lists, badges and the bell all ask this; what was dispatched elsewhere or given back is history.
    """
    return _with_department(actor, AssignmentState.WAITING, AssignmentState.WORKING)


def stands_with(actor: Actor) -> ColumnElement[bool]:
    """Select what stands with the actor's department now, also what it has reported on; of all others, everything."""
    return _with_department(actor, *LIVE)


def _with_department(actor: Actor, *helping: AssignmentState) -> ColumnElement[bool]:
    if not speaks_for_department(actor):
        return true()
    return or_(_leads(actor, *LIVE), _helps(actor, *helping))


def _leads(actor: Actor, *states: AssignmentState) -> ColumnElement[bool]:
    return dispatched_to(actor.unit_ids, col(Assignment.part) == Part.LEAD, col(Assignment.state).in_(states))


def _helps(actor: Actor, *states: AssignmentState) -> ColumnElement[bool]:
    helps = (col(Assignment.part) == Part.ASSIST, col(Assignment.waived_at).is_(None))
    return dispatched_to(actor.unit_ids, *helps, col(Assignment.state).in_(states))


def ours(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select what a department's ledger holds: what stands with it, and what it held when it was closed."""
    if not speaks_for_department(actor):
        return true()
    return or_(stands_with(actor), _closed_by(actor))


def _closed_by(actor: Actor) -> ColumnElement[bool]:
    finished = (col(Assignment.state) == AssignmentState.FINISHED, col(Assignment.ended_at) == col(Case.closed_at))
    return dispatched_to(actor.unit_ids, *finished)


def former(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select what was dispatched to the actor's department and stands elsewhere now, other than by its return."""
    gone = and_(~stands_with(actor), ~_closed_by(actor), ~returned_by(actor.unit_ids))
    return and_(dispatched_to(actor.unit_ids), gone) if speaks_for_department(actor) else false()


def in_work() -> ColumnElement[bool]:
    """Select the cases that are not set aside, as legacy or as merged into another."""
    return and_(col(Case.legacy).is_(False), col(Case.merged_into_id).is_(None))


def to_do(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the cases that wait for a step of this actor; for a leader, those that ask for a leader's eye."""
    if actor.read_only:
        return false()
    waits = [condition for role, condition in _waits(actor, at) if role in actor.roles]
    closed = [condition for role, condition in _asked_after_closing(actor, at) if role in actor.roles]
    return or_(and_(in_work(), or_(false(), *waits)), *closed)


def _waits(actor: Actor, at: datetime) -> list[tuple[Role, ColumnElement[bool]]]:
    own = one_of(col(Case.created_by), actor.own_ids)
    order = col(Case.leader_order)
    asked = col(Case.status).in_((S.RETURN_PENDING, S.EXTENSION_PENDING))
    leading = _leads(actor, *LIVE)
    # an assistant reports once the lead has accepted; until then nothing is left to do
    helping = and_(_helps(actor, AssignmentState.WORKING), col(Case.status) != S.TO_ACCEPT)
    assisting = or_(_helps(actor, AssignmentState.WAITING), helping)
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
        (Role.LEADER, or_(decided_by_leader(), carries_red())),
        (Role.OFFICER, and_(in_hand, or_(leading, assisting))),
        (Role.DEPARTMENT_HEAD, and_(in_hand, leading)),
    ]


def _asked_after_closing(actor: Actor, at: datetime) -> list[tuple[Role, ColumnElement[bool]]]:
    # What is closed and still asks for somebody: appeals to be ruled on, petitioners to be called back.
    return [
        (Role.CENTER_ADMIN, or_(appealed(actor, at), to_call_back(actor, at))),
        (Role.LEADER, to_call_back(actor, at)),
    ]


def decided_by_leader() -> ColumnElement[bool]:
    """Select what waits for a leader's decision."""
    asked = col(Case.status).in_((S.RETURN_PENDING, S.EXTENSION_PENDING))
    return or_(col(Case.status) == S.ORDER_PENDING, and_(asked, col(Case.leader_order)))


def carries_red() -> ColumnElement[bool]:
    """Select the open cases with a red card."""
    return and_(col(Case.status).in_(workflow.OPEN), col(Case.supervision).is_not_distinct_from(Supervision.RED))


def appealed(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the ratings that a department appealed against and nobody ruled on."""
    open_appeal = and_(col(Case.appealed_at).is_not(None), col(Case.appeal_ruling).is_(None))
    return and_(col(Case.status) == S.CLOSED, col(Case.merged_into_id).is_(None), open_appeal)


def to_call_back(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the closed cases with a bad rating after which nobody reached the petitioner yet."""
    bad = [grade for grade in Satisfaction if grade.is_bad]
    waits = (CallOutcome.UNREACHED, CallOutcome.REOPEN)
    return and_(
        col(Case.status) == S.CLOSED,
        col(Case.merged_into_id).is_(None),
        or_(col(Case.satisfaction).in_(bad), col(Case.unit_satisfaction).in_(bad)),
        or_(col(Case.call_outcome).is_(None), col(Case.call_outcome).in_(waits)),
    )


def returned_by(units: Collection[UUID]) -> ColumnElement[bool]:
    """Select what a department gave back and does not hold any more (已退回)."""
    held = dispatched_to(units, col(Assignment.state).in_((*LIVE, AssignmentState.FINISHED)))
    return and_(dispatched_to(units, col(Assignment.state) == AssignmentState.RETURNED), ~held)


def overdue(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the open cases whose nearest deadline has passed."""
    return and_(is_open(actor, at), col(Case.due_at) < at)


def due_soon(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the open cases whose nearest deadline ends soon, the same as `calendar.rules.remaining` shows orange."""
    return and_(is_open(actor, at), col(Case.due_at) >= at, col(Case.due_soon_at) <= at)


def _at(*statuses: S) -> View:
    return lambda actor, at: and_(col(Case.status).in_(statuses), in_work(), stands_with(actor))


def to_accept(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select what waits to be accepted; of a department, by it."""
    waits = and_(col(Case.status) == S.TO_ACCEPT, in_work())
    if not speaks_for_department(actor):
        return waits
    helping = and_(_helps(actor, AssignmentState.WAITING), col(Case.status).in_((S.TO_ACCEPT, *workflow.IN_HAND)))
    return and_(in_work(), or_(and_(waits, _leads(actor, AssignmentState.WAITING)), helping))


def in_hand(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select what is being handled; of a department, by it."""
    handled = and_(col(Case.status).in_(workflow.IN_HAND), in_work())
    if not speaks_for_department(actor):
        return handled
    working = (AssignmentState.WORKING, AssignmentState.REPORTED)
    return and_(handled, or_(_leads(actor, *working), _helps(actor, AssignmentState.WORKING)))


def closed_this_month(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Select the cases closed in the running month (Asia/Shanghai)."""
    start = func.date_trunc("month", literal(at, MOMENT), SHANGHAI.key)
    closed = and_(col(Case.status) == S.CLOSED, col(Case.closed_at) >= start)
    return and_(closed, _closed_by(actor)) if speaks_for_department(actor) else closed


VIEWS: dict[str, tuple[str, str, View]] = {
    "todo": ("我的待办", "blue", to_do),
    "open": ("在办", "blue", is_open),
    "overdue": ("已超期", "red", overdue),
    "due_24h": ("即将到期", "orange", due_soon),  # within 24 hours, or the last working day
    "drafts": ("草稿", "gray", _at(S.DRAFT)),
    "to_dispatch": ("待转派", "blue", _at(S.TO_DISPATCH)),
    "to_supplement": ("退回待补充", "orange", _at(S.TO_SUPPLEMENT)),
    "to_accept": ("待接收", "blue", to_accept),
    "in_hand": ("处理中", "blue", in_hand),
    "to_approve": ("待审批", "yellow", _at(S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING)),
    "to_confirm": ("调处待确认", "yellow", _at(S.TO_CONFIRM)),
    "unattended": ("无人接收", "red", lambda actor, at: and_(in_work(), receiving.unattended(at))),
    "closed_month": ("本月办结", "green", closed_this_month),
    "to_call_back": ("不满意待回访", "red", to_call_back),
    "appealed": ("评价申诉待裁定", "yellow", appealed),
    "watch": ("持续关注", "yellow", lambda actor, at: col(Case.watch).is_(True)),
    "legacy": ("历史遗留", "gray", lambda actor, at: col(Case.legacy).is_(True)),
    "merged": ("已并案", "gray", lambda actor, at: col(Case.merged_into_id).is_not(None)),
    "copied": ("抄告我的", "blue", lambda actor, at: copied_to(actor.unit_ids)),
    "returned": ("已退回", "gray", lambda actor, at: returned_by(actor.unit_ids)),
    "former": ("曾经办", "gray", former),
    "ours": ("本单位承办", "blue", ours),
    "all": ("全部", "gray", lambda actor, at: true()),
}
_BOARD: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.GUIDE, ("todo", "open", "overdue", "closed_month")),
    (Role.REGISTRAR, ("todo", "drafts", "to_supplement", "open", "overdue", "closed_month")),
    (
        Role.CENTER_ADMIN,
        ("todo", "to_dispatch", "to_confirm", "unattended", "overdue", "due_24h", "to_call_back", "closed_month"),
    ),
    (Role.LEADER, ("todo", "open", "overdue", "due_24h", "to_approve", "to_confirm", "to_call_back", "closed_month")),
    (Role.OFFICER, ("todo", "to_accept", "in_hand", "overdue", "due_24h", "closed_month")),
    (Role.DEPARTMENT_HEAD, ("open", "to_accept", "in_hand", "overdue", "due_24h", "to_call_back", "closed_month")),
    (Role.STATION, ("open", "overdue", "due_24h", "to_confirm", "closed_month")),
    (Role.VIEWER, ("open", "overdue", "due_24h", "to_confirm", "closed_month")),
)


def views_of(actor: Actor) -> tuple[str, ...]:
    """Give the counters that this person's desk shows, in their order."""
    return next((names for role, names in _BOARD if role in actor.roles), ())


_HELD: dict[str, tuple[S, ...]] = {
    "todo": (S.TO_ACCEPT, *workflow.IN_HAND),
    "open": workflow.OPEN,
    "overdue": workflow.OPEN,
    "due_24h": workflow.OPEN,
    "to_accept": (S.TO_ACCEPT, *workflow.IN_HAND),
    "in_hand": workflow.IN_HAND,
    "closed_month": (S.CLOSED,),
    "ours": (),
}
"""The views of a department in which nothing stands but what was dispatched to it, with the statuses it may have."""


def held_statuses(actor: Actor, view: str) -> tuple[S, ...] | None:
    """Tell in which statuses the cases of a view can be, empty for any; none: not only those of a department."""
    return _HELD.get(view) if speaks_for_department(actor) else None


def ledger_of(actor: Actor) -> str:
    """Give the view that a reader's ledger shows by itself; empty for all within reach."""
    return "ours" if speaks_for_department(actor) else ""


async def counters(session: AsyncSession, actor: Actor, *, at: datetime) -> tuple[Counter, ...]:
    """Count this person's desk in one query."""
    names = views_of(actor)
    counts = await count_views(session, actor, names, at=at)
    said = await processes.in_all_words(session)
    return tuple(Counter(name, said(VIEWS[name][0]), counts[name], VIEWS[name][1]) for name in names)


async def count_views(session: AsyncSession, actor: Actor, names: tuple[str, ...], *, at: datetime) -> dict[str, int]:
    """Count some views for this person in one query."""
    if not names:
        return {}
    example, own = reach.example_of(actor)
    found: dict[str, int] = {}
    for some in _together(actor, names):
        (row,) = await _counts(example, tuple(own), some).rows(session, **own, at=at)
        found |= dict(zip(some, row, strict=True))
    return found


def _together(actor: Actor, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    # What a department has open is read from its own index, what it closed this month from the one of closed cases.
    held = tuple(name for name in names if held_statuses(actor, name) and name != "closed_month")
    return [some for some in (held, tuple(name for name in names if name not in held)) if some]


@lru_cache(maxsize=500)
def _counts(example: Actor, own: tuple[str, ...], names: tuple[str, ...]) -> driver.Made:
    views = [VIEWS[name][2](example, alike.AT) for name in names]
    sums = [func.count().filter(view) for view in views]
    # what no view wants is not read at all: of a million cases most are closed long ago
    query: Any = select(*sums).select_from(Case).where(visible_to(example), or_(*views))
    if all(held_statuses(example, name) and name != "closed_month" for name in names) and len(example.unit_ids) == 1:
        reached = CaseReach
        query = query.where(
            col(reached.case_id) == col(Case.id),
            col(reached.unit_id) == next(iter(example.unit_ids)),
            col(reached.status).in_(workflow.OPEN),
        )
    return driver.Made(query, reach.places(own))
