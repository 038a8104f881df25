"""Hand the open work of one person to another: who leaves, moves or falls ill leaves no case behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, Case
from domain.cases.queries.reach import LIVE, visible_to
from domain.cases.schemas import HandOver
from domain.cases.vocabulary import OpenWork, Status
from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.orgs import queries as orgs

MOST = 500
"""Cases handed over in one act; each writes a line under the journal's lock."""
_UNDONE = (Status.DRAFT, *workflow.OPEN)
_ASKED = (Status.ORDER_PENDING, Status.RETURN_PENDING, Status.EXTENSION_PENDING)


async def preview(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> HandOver:
    """This function will count the open work of a person, by kind.

    :raises NotPermitted: the actor does not hand over work, or not this person's
    """
    giver = await _person(session, actor, login, "from")
    counts = {
        kind: await session.scalar(select(func.count()).select_from(_held(actor, giver.account_id, kind).subquery()))
        for kind in OpenWork
    }
    return HandOver(login, giver.name, {kind: count or 0 for kind, count in counts.items()}, at)


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    from_login: str,
    to_login: str,
    *,
    at: datetime,
    kinds: Collection[OpenWork] = tuple(OpenWork),
) -> HandOver:
    """This function will put one person's open work into another's hands; the other must be of the same unit.

    What was done so far stays under the name of who did it: the journal is not touched.

    :raises NotPermitted: the actor does not hand over work, or not this person's
    :raises Invalid: the two are the same, or the other could not work on it
    :raises ActionNotAllowed: more than `MOST` cases at once
    """
    giver = await _person(session, actor, from_login, "from")
    taker = await _person(session, actor, to_login, "to")
    _check(giver, taker)
    counts: dict[OpenWork, int] = {}
    touched: dict[UUID, tuple[Case, list[str]]] = {}
    for kind in kinds:
        cases = await _locked(session, actor, giver.account_id, kind)
        counts[kind] = len(cases)
        for case in cases:
            touched.setdefault(case.id, (case, []))[1].append(kind.value)
        await _move(session, kind, cases, giver, taker)
    if len(touched) > MOST:
        raise ActionNotAllowed(f"一次最多移交 {MOST} 件，请分类移交")
    for case, moved in touched.values():
        await _leave_trace(session, actor, case, moved, giver, taker, at)
    return HandOver(from_login, giver.name, counts, at)


async def _person(session: AsyncSession, actor: Actor, login: str, field: str) -> Actor:
    actor.require(Permission.WORK_HAND_OVER)
    person = await orgs.person_of_login(session, login)
    if person is None:
        raise Invalid.of({field: "没有这个账号"})
    if not actor.has(Role.CENTER_ADMIN) and not person.unit_ids & actor.unit_ids:
        raise NotPermitted("只能移交本单位人员的工作")
    return person


def _check(giver: Actor, taker: Actor) -> None:
    if giver.account_id == taker.account_id:
        raise Invalid.of({"to": "移交人与接手人不能相同"})
    if not taker.roles & giver.roles:
        raise Invalid.of({"to": "接手人须与移交人有相同的角色"})
    if giver.unit_id not in taker.unit_ids:
        raise Invalid.of({"to": "接手人须与移交人在同一单位"})


def _held(actor: Actor, giver: UUID, kind: OpenWork) -> Select[tuple[UUID]]:
    """The open cases that one person holds in a way, within the reach of who hands them over."""
    whose: dict[OpenWork, ColumnElement[bool]] = {
        OpenWork.REGISTERED: col(Case.created_by) == giver,
        OpenWork.ACCEPTED: select(Assignment.id)
        .where(
            col(Assignment.case_id) == col(Case.id),
            col(Assignment.accepted_by) == giver,
            col(Assignment.state).in_(LIVE),
        )
        .exists(),
        OpenWork.REQUESTED: (col(Case.requested_by) == giver) & col(Case.status).in_(_ASKED),
        OpenWork.SUPERVISED: (col(Case.supervised_by) == giver) & col(Case.supervision).is_not(None),
    }
    seen = (col(Case.created_by) == giver) | visible_to(actor)  # a draft is seen by nobody else
    return select(Case.id).where(seen, col(Case.status).in_(_UNDONE), whose[kind])


async def _locked(session: AsyncSession, actor: Actor, giver: UUID, kind: OpenWork) -> list[Case]:
    wanted = visible_to(actor) | (col(Case.created_by) == giver)
    query = select(Case).where(wanted, col(Case.id).in_(_held(actor, giver, kind))).order_by(col(Case.id))
    return list(await session.scalars(query.limit(MOST + 1).with_for_update()))


async def _move(session: AsyncSession, kind: OpenWork, cases: list[Case], giver: Actor, taker: Actor) -> None:
    if kind is OpenWork.ACCEPTED:
        await _move_assignments(session, [case.id for case in cases], giver, taker)
    for case in cases:
        if kind is OpenWork.REGISTERED:
            case.created_by = taker.account_id
        elif kind is OpenWork.REQUESTED:
            case.requested_by = taker.account_id
        elif kind is OpenWork.SUPERVISED:
            case.supervised_by = taker.account_id


async def _move_assignments(session: AsyncSession, ids: list[UUID], giver: Actor, taker: Actor) -> None:
    """Where the giver was named as person in charge, the taker is now; the giver's telephone goes with the name."""
    query = select(Assignment).where(
        col(Assignment.case_id).in_(ids),
        col(Assignment.accepted_by) == giver.account_id,
        col(Assignment.state).in_(LIVE),
    )
    for one in await session.scalars(query.with_for_update()):
        one.accepted_by = taker.account_id
        if crypto.readable("assignment", "in_charge", one.id, one.in_charge_sealed) == giver.name:
            one.in_charge_sealed = crypto.seal("assignment", "in_charge", one.id, taker.name)
            one.in_charge_phone_sealed = None


async def _leave_trace(
    session: AsyncSession, actor: Actor, case: Case, moved: list[str], giver: Actor, taker: Actor, at: datetime
) -> None:
    case.version += 1
    case.updated_at = at
    detail = {
        "number": case.number,
        "from": case.status.value,
        "to": case.status.value,
        "version": case.version,
        "handed": moved,
        "giver": str(giver.account_id),
        "taker": str(taker.account_id),
    }
    await journal.record(session, actor, "case.hand_over", "case", case.id, at=at, detail=detail)
    await announce(session, "case", case.id, number=case.number, action="hand_over")
