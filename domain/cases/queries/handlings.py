"""Who rejected, returned and passed on a case: the desk's memory at a glance (requirement 1, 事件详情)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.process import Process
from domain.cases.queries import conflict, processes, reach
from domain.cases.vocabulary import Action, Guard, Status, Tie
from domain.cases.workflow import Step
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.orgs import queries as orgs


@dataclass(frozen=True, slots=True)
class HandlingView:
    """Who handled a rejection or a transfer (requirement 1, 事件详情)."""

    kind: str
    label: str
    who: str
    unit: str
    target: str
    at: datetime
    opinion: str
    tone: str


@dataclass(frozen=True, slots=True)
class PendingView:
    """The request that waits for a decision; `days` only for an extension."""

    action: str
    label: str
    who: str
    unit: str
    at: datetime
    opinion: str
    days: int | None


@dataclass(frozen=True, slots=True)
class NextView:
    """What must be done now and by whom; empty when nothing is waited for."""

    label: str = ""
    who: str = ""


_REJECTIONS = frozenset(
    {
        Action.SEND_BACK, Action.REQUEST_RETURN, Action.APPROVE_RETURN, Action.REJECT_RETURN,
        Action.REJECT_RESULT, Action.REJECT_EXTENSION, Action.REJECT_ORDER, Action.RECALL,
    }
)  # fmt: skip
_TRANSFERS = frozenset(
    {
        Action.DISPATCH, Action.REDISPATCH, Action.ORDER, Action.APPROVE_ORDER, Action.HAND_OVER,
        Action.REOPEN, Action.RELAPSE,
    }
)  # fmt: skip


async def of(session: AsyncSession, actor: Actor, number: str) -> tuple[HandlingView, ...]:
    """List the rejections and transfers of a case, the newest first."""
    case = await reach.find(session, actor, number)
    topics = [f"case.{action.value}" for action in (*_REJECTIONS, *_TRANSFERS)]
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.subject_id) == case.id, col(JournalEntry.action).in_(topics))
        .order_by(col(JournalEntry.seq).desc())
    )
    entries = list(await session.scalars(query))
    if not entries:
        return ()
    names = await orgs.staff_names(session, {e.actor_id for e in entries})
    units = await orgs.units_by_id(session, {e.actor_unit_id for e in entries})
    coded = await orgs.unit_names_by_code(session)
    process = await processes.of_case(session, case)
    return tuple(_view(entry, process, names, {i: u.name for i, u in units.items()}, coded) for entry in entries)


_REQUESTS = (Action.REQUEST_RETURN, Action.REQUEST_EXTENSION, Action.PROPOSE_ORDER)


async def pending(session: AsyncSession, actor: Actor, number: str) -> PendingView | None:
    """Give the request or the appeal that waits for a decision; none when nothing waits.

    :raises NotFound: no such case within reach
    """
    case = await reach.find(session, actor, number)
    appealed = case.appealed_at is not None and case.appeal_ruling is None
    if case.previous_status is None and not appealed:
        return None
    topics = [f"case.{action.value}" for action in ((Action.APPEAL_RATING,) if appealed else _REQUESTS)]
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.subject_id) == case.id, col(JournalEntry.action).in_(topics))
        .order_by(col(JournalEntry.seq).desc())
        .limit(1)
    )
    entry = (await session.scalars(query)).first()
    if entry is None:
        return None
    names = await orgs.staff_names(session, {entry.actor_id})
    units = await orgs.units_by_id(session, {entry.actor_unit_id})
    action, days = Action(entry.action.removeprefix("case.")), entry.detail.get("days")
    unit = units[entry.actor_unit_id].name if entry.actor_unit_id in units else ""
    who, opinion = names.get(entry.actor_id, ""), entry.detail.get("opinion", "")
    label = (await processes.of_case(session, case)).action_label(action, conflict.source_of(entry))
    return PendingView(action.value, label, who, unit, entry.at, opinion, days)


def _view(
    entry: JournalEntry, process: Process, names: dict[UUID, str], units: dict[UUID, str], coded: dict[str, str]
) -> HandlingView:
    action, detail = Action(entry.action.removeprefix("case.")), entry.detail
    codes = [code for code in (detail.get("lead"), *detail.get("assists", ())) if code]
    rejected = action in _REJECTIONS
    return HandlingView(
        kind="驳回" if rejected else "流转",
        label=process.action_label(action, conflict.source_of(entry)),
        who=names.get(entry.actor_id, ""),
        unit=units.get(entry.actor_unit_id, "") if entry.actor_unit_id else "",
        target="、".join(coded.get(code, code) for code in codes),
        at=entry.at,
        opinion=detail.get("opinion", ""),
        tone="orange" if rejected else "blue",
    )


_ONWARD = (
    Action.SUBMIT, Action.RESUBMIT, Action.DISPATCH, Action.ACCEPT, Action.SUBMIT_RESULT, Action.CONFIRM,
    Action.APPROVE_RETURN, Action.APPROVE_EXTENSION, Action.APPROVE_ORDER,
)  # fmt: skip
_TASKS = {
    Action.SUBMIT_RESULT: "办理并提交办结",
    Action.APPROVE_RETURN: "审批退回申请",
    Action.APPROVE_EXTENSION: "审批延期申请",
    Action.APPROVE_ORDER: "审批交办申请",
}
"""What the onward step of a status asks of who takes it, where its name alone does not say it."""


async def next_of(session: AsyncSession, actor: Actor, number: str) -> NextView:
    """Tell what brings a case onward now, and who must do it.

    :raises NotFound: no such case within reach
    """
    case = await reach.find(session, actor, number)
    if case.merged_into_id is not None or case.legacy:
        return NextView()
    if case.status is Status.AT_CITY:
        return NextView("反馈办理结果", "市平台")
    process = await processes.of_case(session, case)
    rows = next((rows for action in _ONWARD if (rows := process.rows(case.status, action))), ())
    if not rows:
        return NextView()
    step = next((row for row in rows if case.leader_order and Guard.IS_ORDER in row.guards), rows[0])
    label = process.action_label(step.action, case.status)
    if step.action is Action.SUBMIT_RESULT or label == step.action.label:
        label = process.spoken(_TASKS.get(step.action, label))
    return NextView(label, await _holder(session, case, step))


async def _holder(session: AsyncSession, case: Case, step: Step) -> str:
    # The unit whose work it is, and the person where only one may do it.
    roles, ties = {who.role for who in step.who}, {who.tie for who in step.who}
    if ties == {Tie.OWN}:
        names = await orgs.staff_names(session, {case.created_by})
        return " ".join(filter(None, (await _unit(session, case.unit_id), names.get(case.created_by, ""))))
    if Tie.LEAD in ties:
        return await _unit(session, case.lead_unit_id)
    if roles == {Role.LEADER} or (case.leader_order and Role.LEADER in roles):
        return Role.LEADER.label
    return await _unit(session, case.unit_id)


async def _unit(session: AsyncSession, unit_id: UUID | None) -> str:
    found = await orgs.units_by_id(session, {unit_id})
    return found[unit_id].name if unit_id in found else ""
