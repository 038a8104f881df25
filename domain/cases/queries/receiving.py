"""Work that would reach nobody, or has: which unit receives what a step sends on, and who could act there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.inputs import StepInput
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.process import STANDARD
from domain.cases.queries import processes, reach
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Action, Need, Status
from domain.cases.workflow import Step
from domain.kernel.actor import Actor, system_actor
from domain.kernel.columns import one_of
from domain.kernel.permissions import Permission, Role
from domain.orgs import queries as orgs
from domain.orgs.queries import Attendance, Duties


def _takers(action: Action) -> Duties:
    """Those who take an action by the standard table."""
    return Duties(STANDARD.takers(action), action.value)


LEADING, ASSISTING, RESUBMITTING = _takers(Action.ACCEPT), _takers(Action.ASSIST_ACCEPT), _takers(Action.RESUBMIT)
APPROVING = Duties(frozenset({Role.LEADER}))
READING = Duties(frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD}), permission=Permission.CASE_VIEW)
"""A copy is read, no more."""
_OWED = (AssignmentState.WAITING, AssignmentState.WORKING)
_ASKED = (Status.RETURN_PENDING, Status.EXTENSION_PENDING)


def sentence(unit: str) -> str:
    """Say that nobody would receive what is sent to a unit."""
    return (
        f"{unit}现在没有人可以接收：有关账号已停用、到期、未授权，或已离岗且没有代理人。"
        "请选择其他单位，或请系统管理员先安排人员"
    )


async def attendance(session: AsyncSession, action: Action, *, at: datetime) -> dict[str, Attendance]:
    """Tell of each unit by code who would receive what a step sends to it, for the dialog of the step."""
    return await orgs.attendance(session, READING if action is Action.COPY else LEADING, at=at)


async def faults(session: AsyncSession, step: Step, given: StepInput, *, at: datetime) -> dict[str, str]:
    """Name the chosen units where nobody would receive the case, each field with its sentence."""
    reading = step.action is Action.COPY
    chosen: tuple[tuple[Need, Duties, Iterable[str]], ...] = (
        (Need.LEAD, LEADING, (given.lead_department,)),
        (Need.DEPARTMENT, READING if reading else LEADING, (given.department,)),
        (Need.ASSISTS, ASSISTING, given.assist_departments or ()),
    )
    found: dict[str, str] = {}
    for need, duties, codes in chosen:
        wanted = [code for code in codes if code] if need in step.asks else []
        if not wanted:
            continue
        known = await orgs.attendance(session, duties, at=at, codes=wanted)
        nobody = [code for code in wanted if known.get(code) is Attendance.NOBODY]
        if nobody:
            units = await orgs.units_of_codes(session, nobody)
            found[need.value] = sentence("、".join(unit.name for unit in units))
    return found


async def goes_back_to_nobody(session: AsyncSession, actor: Actor, number: str, action: Action, *, at: datetime) -> str:
    """Say that a step without a choice leaves the case with a unit where nobody can act; empty when it does not.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    rows = (await processes.of_case(session, case)).rows(case.status, action)
    back = any(_stays_with_unit(step, case) for step in rows)
    if not back or case.lead_unit_id is None:
        return ""
    units = await orgs.units_by_id(session, {case.lead_unit_id})
    unit = units[case.lead_unit_id]
    known = await orgs.attendance(session, LEADING, at=at, codes=[unit.code])
    if known.get(unit.code) in {Attendance.PRESENT, Attendance.DEPUTY}:
        return ""
    return (
        f"{unit.name}现在没有人可以办理：有关账号已停用、到期、未授权，或已离岗且没有代理人。办理后该件会列入“无人接收”"
    )


def _stays_with_unit(step: Step, case: Case) -> bool:
    target = step.target or case.previous_status
    chooses = {Need.LEAD, Need.DEPARTMENT} & set(step.asks)
    return not chooses and target is not case.status and target in (Status.TO_ACCEPT, *workflow.IN_HAND)


def unattended(at: datetime) -> ColumnElement[bool]:
    """Select the open cases that wait for a unit, or a person, where nobody can act now (无人接收)."""
    leading = _held(col(Assignment.part) == Part.LEAD, col(Assignment.unit_id).in_(orgs.unattended(LEADING, at=at)))
    assisting = _held(
        col(Assignment.part) == Part.ASSIST,
        col(Assignment.waived_at).is_(None),
        col(Assignment.unit_id).in_(orgs.unattended(ASSISTING, at=at)),
    )
    supplementing = and_(
        col(Case.status) == Status.TO_SUPPLEMENT,
        col(Case.created_by).not_in(orgs.able_accounts(RESUBMITTING, at=at)),
    )
    asked = or_(col(Case.status) == Status.ORDER_PENDING, and_(col(Case.status).in_(_ASKED), col(Case.leader_order)))
    approving = and_(asked, ~orgs.able_accounts(APPROVING, at=at).exists())
    return and_(
        col(Case.status).in_(workflow.OPEN),
        col(Case.merged_into_id).is_(None),
        or_(leading, assisting, supplementing, approving),
    )


def _held(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # An assignment whose unit still owes something.
    owed = (col(Assignment.case_id) == col(Case.id), col(Assignment.state).in_(_OWED))
    return select(col(Assignment.id)).where(*owed, *conditions).exists()


async def left_by(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> tuple[tuple[str, int], ...]:
    """Tell what would stay behind without an account: units where nobody else can act, with their open cases.

    :raises NotFound: there is no such account, or it is not the actor's to see
    """
    account = await orgs.find_account(session, actor, login)
    names = await orgs.unattended_names(session, LEADING, account.id, at=at)
    counts = await _open_of(session, names)
    return tuple((name, counts.get(unit_id, 0)) for unit_id, name in names.items())


async def open_of_unit(session: AsyncSession, actor: Actor, code: str) -> int:
    """Count the open cases that a unit leads or assists and still owes something.

    :raises NotPermitted: the actor does not manage units
    """
    actor.require(Permission.UNIT_MANAGE)
    units = await orgs.units_of_codes(session, (code,))
    return sum((await _open_of(session, [unit.id for unit in units])).values())


async def _open_of(session: AsyncSession, units: Collection[UUID]) -> dict[UUID, int]:
    query = (
        select(col(Assignment.unit_id), func.count(col(Case.id).distinct()))
        .join(Case, col(Case.id) == col(Assignment.case_id))
        .where(
            visible_to(system_actor(Role.CLOCK)),
            one_of(col(Assignment.unit_id), units),
            col(Assignment.state).in_(_OWED),
            col(Case.status).in_(workflow.OPEN),
            col(Case.merged_into_id).is_(None),
        )
        .group_by(col(Assignment.unit_id))
    )
    return {row[0]: row[1] for row in await session.execute(query)}
