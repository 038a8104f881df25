"""Hand the open work of one person to another: who leaves, moves or falls ill leaves no case behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, Case
from domain.cases.operations.beside import leave_trace
from domain.cases.queries.reach import LIVE, visible_to
from domain.cases.schemas import HandOver
from domain.cases.vocabulary import OpenWork, Status
from domain.kernel import crypto
from domain.kernel.actor import NO_UNIT, Actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.orgs import queries as orgs
from domain.orgs.queries.colleagues import colleagues
from domain.orgs.schemas import Colleague
from domain.people import rules as people

MOST = 500
"""Cases handed over in one act; each writes a line under the journal's lock."""
_UNDONE = (Status.DRAFT, *workflow.OPEN)
_ASKED = (Status.ORDER_PENDING, Status.RETURN_PENDING, Status.EXTENSION_PENDING)


async def preview(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> HandOver:
    """Count the open work of a person, by kind.

    :raises NotPermitted: the actor does not hand over work, or not this person's
    """
    giver = await _person(session, actor, login, "from")
    return HandOver(login, giver.name, await _counts(session, giver, _within_reach(actor, giver.account_id)), at)


async def left_behind(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> HandOver:
    """Count what a person would leave behind, by kind, for whoever is about to disable the account.

    Numbers alone: who administers accounts need not see a case.

    :raises NotPermitted: the actor does not manage accounts
    :raises Invalid: there is no such account
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    giver = await orgs.person_of_login(session, login)
    if giver is None:
        raise Invalid.of({"from": "没有这个账号"})
    return HandOver(login, giver.name, await _counts(session, giver, true()), at)


async def takers(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> tuple[Colleague, ...]:
    """List who may take a person's open work over.

    :raises NotPermitted: the actor does not hand over work, or not this person's
    """
    giver = await _person(session, actor, login, "from")
    found = await _in_force(session, giver, at)
    return tuple(one for one in found if one.login != login and one.roles & giver.roles)


async def _counts(session: AsyncSession, giver: Actor, seen: ColumnElement[bool]) -> dict[OpenWork, int]:
    return {
        kind: await session.scalar(select(func.count()).select_from(_held(giver.account_id, kind, seen).subquery()))
        or 0
        for kind in OpenWork
    }


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    from_login: str,
    to_login: str,
    *,
    at: datetime,
    kinds: Collection[OpenWork] = tuple(OpenWork),
    phone: str = "",
) -> HandOver:
    """Put one person's open work into another's hands; the other must be of the same unit.

    What was done so far stays under the name of who did it: the journal is not touched. The telephone that the
    petitioner was given stays, unless another one is named.


    :raises NotPermitted: the actor does not hand over work, or not this person's
    :raises Invalid: the two are the same, or the other could not work on it
    :raises ActionNotAllowed: more than `MOST` cases at once
    """
    giver = await _person(session, actor, from_login, "from")
    taker = await _person(session, actor, to_login, "to")
    _check(giver, taker, {one.login for one in await _in_force(session, giver, at)}, phone)
    counts: dict[OpenWork, int] = {}
    touched: dict[UUID, tuple[Case, list[str]]] = {}
    for kind in kinds:
        cases = await _locked(session, actor, giver.account_id, kind)
        counts[kind] = len(cases)
        for case in cases:
            touched.setdefault(case.id, (case, []))[1].append(kind.value)
        await _move(session, kind, cases, giver, taker, people.tidy_phone(phone))
    if len(touched) > MOST:
        raise ActionNotAllowed(f"一次最多移交 {MOST} 件，请分类移交")
    for case, moved in touched.values():
        told = {"handed": moved, "giver": str(giver.account_id), "taker": str(taker.account_id)}
        await leave_trace(session, actor, case, "hand_over", at=at, **told)
    return HandOver(from_login, giver.name, counts, at)


async def _person(session: AsyncSession, actor: Actor, login: str, field: str) -> Actor:
    actor.require(Permission.WORK_HAND_OVER)
    person = await orgs.person_of_login(session, login)
    if person is None:
        raise Invalid.of({field: "没有这个账号"})
    if not actor.has(Role.CENTER_ADMIN) and not person.unit_ids & actor.unit_ids:
        raise NotPermitted("只能移交本单位人员的工作")
    return person


async def _in_force(session: AsyncSession, giver: Actor, at: datetime) -> tuple[Colleague, ...]:
    """Those of the giver's unit who can sign in at all."""
    return await colleagues(session, {giver.unit_id} - {NO_UNIT}, at=at)


def _check(giver: Actor, taker: Actor, in_force: Collection[str], phone: str) -> None:
    faults = {
        "to": _taker_fault(giver, taker, in_force),
        "phone": people.phone_fault(people.tidy_phone(phone), required=False),
    }
    if wrong := {name: sentence for name, sentence in faults.items() if sentence}:
        raise Invalid.of(wrong)


def _taker_fault(giver: Actor, taker: Actor, in_force: Collection[str]) -> str:
    if giver.account_id == taker.account_id:
        return "移交人与接手人不能相同"
    if giver.unit_id not in taker.unit_ids:
        return "接手人须与移交人在同一单位"
    if taker.login not in in_force:
        return "接手人的账号已停用、已到期或尚未授权"
    return "" if taker.roles & giver.roles else "接手人须与移交人有相同的角色"


def _held(giver: UUID, kind: OpenWork, seen: ColumnElement[bool]) -> Select[tuple[UUID]]:
    # The open cases that one person holds in a way, among those that are seen.
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
    return select(Case.id).where(seen, col(Case.status).in_(_UNDONE), whose[kind])


def _within_reach(actor: Actor, giver: UUID) -> ColumnElement[bool]:
    return (col(Case.created_by) == giver) | visible_to(actor)  # a draft is seen by nobody else


async def _locked(session: AsyncSession, actor: Actor, giver: UUID, kind: OpenWork) -> list[Case]:
    seen = _within_reach(actor, giver)
    query = select(Case).where(seen, col(Case.id).in_(_held(giver, kind, seen))).order_by(col(Case.id))
    return list(await session.scalars(query.limit(MOST + 1).with_for_update()))


async def _move(
    session: AsyncSession, kind: OpenWork, cases: list[Case], giver: Actor, taker: Actor, phone: str
) -> None:
    if kind is OpenWork.ACCEPTED:
        await _move_assignments(session, [case.id for case in cases], giver, taker, phone)
    for case in cases:
        if kind is OpenWork.REGISTERED:
            case.created_by = taker.account_id
        elif kind is OpenWork.REQUESTED:
            case.requested_by = taker.account_id
        elif kind is OpenWork.SUPERVISED:
            case.supervised_by = taker.account_id


async def _move_assignments(session: AsyncSession, ids: list[UUID], giver: Actor, taker: Actor, phone: str) -> None:
    """Where the giver was named as person in charge, the taker is now, under the new telephone if there is one."""
    query = select(Assignment).where(
        col(Assignment.case_id).in_(ids),
        col(Assignment.accepted_by) == giver.account_id,
        col(Assignment.state).in_(LIVE),
    )
    for one in await session.scalars(query.with_for_update()):
        one.accepted_by = taker.account_id
        if crypto.readable("assignment", "in_charge", one.id, one.in_charge_sealed) == giver.name:
            one.in_charge_sealed = crypto.seal("assignment", "in_charge", one.id, taker.name)
            if phone:
                one.in_charge_phone_sealed = crypto.seal("assignment", "in_charge_phone", one.id, phone)
