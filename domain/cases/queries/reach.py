"""Which cases an actor sees, and how the actor is tied to one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases.models import Assignment, AssignmentState, Case, Copy, Part, Party
from domain.cases.policy import Bond
from domain.cases.vocabulary import Status
from domain.kernel import alike, driver, journal
from domain.kernel.actor import Actor, system_actor
from domain.kernel.columns import one_of
from domain.kernel.permissions import Permission, Reach, Role
from domain.kernel.refusals import NotFound
from domain.kernel.searching import number_key
from domain.people import queries as people
from domain.people.models import Person

LIVE = (AssignmentState.WAITING, AssignmentState.WORKING, AssignmentState.REPORTED)
NOT_YOURS = "没有找到这件诉求，或不在您的查看范围内"


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Give the condition of the cases that an actor may see.

    Drafts are seen by who wrote them, and by the administrators of the same centre, who may
    submit or void what a guide began. A department sees what was ever dispatched
    to it, also after it was returned (its list 已退回).
    """
    if actor.only_case is not None:
        return col(Case.id) == actor.only_case
    if actor.has(Role.CITY, Role.CLOCK):
        return col(Case.status) != Status.DRAFT
    if not actor.may(Permission.CASE_VIEW):
        return false()
    own = one_of(col(Case.created_by), actor.own_ids)
    if actor.has(Role.CENTER_ADMIN):
        own = or_(own, one_of(col(Case.unit_id), actor.unit_ids))
    return or_(own, and_(col(Case.status) != Status.DRAFT, _within_reach(actor)))


def example_of(actor: Actor) -> tuple[Actor, dict[str, Any]]:
    """Give the example of all who see cases like an actor, and this one's own values by name (`domain.kernel.alike`)."""
    example, own = alike.of(actor)
    return example, {**own, "area": areas.pattern(actor.area_path)} if example.area_path else own


def sees_like(actor: Actor) -> tuple[Any, ...]:
    """Give what tells readers of cases apart: two with the same are shown the same, persons' fields left aside."""
    example, own = example_of(actor)
    return (example, *own.items())


def places(own: Iterable[str]) -> dict[Any, str]:
    """Name the values of such an example in a statement."""
    return {**alike.places(own), areas.pattern(alike.AREA): "area"}


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    if actor.reach is Reach.ALL:
        return true()
    if actor.reach is Reach.AREA:
        return areas.within(actor.area_path, Case.area_path)
    if actor.reach is Reach.DEPARTMENT:
        return or_(dispatched_to(actor.unit_ids), copied_to(actor.unit_ids))
    return false()


def dispatched_to(units: Collection[UUID], *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition that one of some departments has an assignment to the case."""
    return (
        select(Assignment.id)
        .where(col(Assignment.case_id) == col(Case.id), one_of(col(Assignment.unit_id), units), *more)
        .exists()
    )


def copied_to(units: Collection[UUID]) -> ColumnElement[bool]:
    """Give the condition that a case was copied to one of some units (抄告): it may be read there."""
    return select(Copy.id).where(col(Copy.case_id) == col(Case.id), one_of(col(Copy.unit_id), units)).exists()


async def find(session: AsyncSession, actor: Actor, number: str) -> Case:
    """Give a case within reach.

    :raises NotFound: none, or out of reach
    """
    example, own = example_of(actor)
    found = await _found(example, tuple(own)).of(session, number=number_key(number), **own)
    if not found:
        raise NotFound(NOT_YOURS)
    return found[0]


@lru_cache(maxsize=500)
def _found(example: Actor, own: tuple[str, ...]) -> driver.Reading[Case]:
    seen = (col(Case.number) == bindparam("number"), visible_to(example))
    return driver.Reading(Case, lambda query: query.where(*seen), places=places(own))


async def by_ids(session: AsyncSession, ids: Collection[UUID]) -> list[Case]:
    """Give the submitted ones of some cases, for acts of the system that nobody's reach limits."""
    return await _SUBMITTED.of(session, ids=list(ids)) if ids else []


_SUBMITTED = driver.Reading(
    Case, lambda query: query.where(driver.among(col(Case.id), "ids"), visible_to(system_actor(Role.CLOCK)))
)


async def lock(session: AsyncSession, actor: Actor, number: str) -> Case:
    """Give a case within reach, locked until the act ends, read afresh.

    :raises NotFound: none, or out of reach
    """
    example, own = example_of(actor)
    found = await _locked(example, tuple(own)).with_more(session, number=number_key(number), **own)
    if not found:
        raise NotFound(NOT_YOURS)
    ((case, (*_, ticket)),) = found
    journal.number_ahead(session, case.id, ticket)
    return case


@lru_cache(maxsize=500)
def _locked(example: Actor, own: tuple[str, ...]) -> driver.Reading[Case]:
    # Made once for all who are alike: building it costs more than running it.
    seen = (col(Case.number) == bindparam("number"), visible_to(example))
    return driver.Reading(
        Case, lambda query: journal.locking(query.where(*seen).with_for_update(of=Case)), places=places(own)
    )


async def live_assignments(session: AsyncSession, case_id: UUID) -> list[Assignment]:
    """Give the assignments that are not over, the lead first."""
    return await ASSIGNED.of(session, case_id=case_id)


ASSIGNED = driver.Reading(
    Assignment,
    lambda query: query.where(
        col(Assignment.case_id) == bindparam("case_id"), col(Assignment.state).in_(LIVE)
    ).order_by(col(Assignment.part).desc(), col(Assignment.dispatched_at)),
)


def bond_of(actor: Actor, case: Case, assignments: list[Assignment]) -> Bond:
    """Tell how the actor is tied to the case."""
    units = {part: {a.unit_id for a in assignments if a.part is part} for part in Part}
    last_lead = case.lead_unit_id if case.status is Status.CLOSED else None
    return Bond(
        own=case.created_by in actor.own_ids or actor.only_case == case.id,
        lead=bool(actor.unit_ids & units[Part.LEAD]) or last_lead in actor.unit_ids,
        assist=bool(actor.unit_ids & units[Part.ASSIST]),
        requester=case.requested_by in actor.own_ids,
        issuer=case.supervised_by in actor.own_ids,
        order=case.leader_order,
    )


def _more_than_copied(actor: Actor) -> ColumnElement[bool]:
    # A copy lets a unit read a case, masked; clear values are for those who work on it.
    return dispatched_to(actor.unit_ids) if actor.reach is Reach.DEPARTMENT else true()


async def matters_of_person(session: AsyncSession, actor: Actor, person_id: UUID) -> tuple[str, ...]:
    """Give the categories of the cases that a person is a party of, and that are within reach.

    A case that was merged into one within reach counts: its parties are that one's too.

    :raises NotFound: no such case
    """
    own = aliased(Case)
    query = (
        select(own.category)
        .join(Party, own.id == col(Party.case_id))
        .join(Case, or_(col(Case.id) == own.id, col(Case.id) == own.merged_into_id))
        .where(col(Party.person_id) == person_id, visible_to(actor), _more_than_copied(actor))
        .distinct()
    )
    found = tuple(await session.scalars(query))
    if not found:
        raise NotFound("没有找到这个人，或不在您的查看范围内")
    return found


async def open_cases_of(session: AsyncSession, actor: Actor, id_number: str) -> int:
    """Count the open cases of the holder of an identity number, for the desk."""
    actor.require(Permission.VISIT_REGISTER)
    ended = (Status.DRAFT, Status.CLOSED, Status.VOID)
    query = (
        select(func.count(col(Case.id).distinct()))
        .join(Party, col(Party.case_id) == col(Case.id))
        .join(Person, col(Person.id) == col(Party.person_id))
        .where(people.by_id_number(id_number), col(Case.status).not_in(ended), col(Case.merged_into_id).is_(None))
    )
    return await session.scalar(query) or 0
