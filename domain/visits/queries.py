"""Reads of the reception desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.clock import Span, day_bounds, local_date
from domain.kernel.columns import one_of
from domain.kernel.paging import COUNT_CAP, Key, Order, Page, Turned, turn_query
from domain.kernel.permissions import Permission, Reach
from domain.kernel.refusals import NotFound
from domain.people import queries as people
from domain.people import rules as people_rules
from domain.people.models import IdType, Person
from domain.people.schemas import PersonInput
from domain.visits import rules
from domain.visits.models import Desk, Visit, VisitState
from domain.visits.schemas import DeskView, VisitConditions, VisitView

_NEWEST = Order(
    "visits",
    (
        Key(col(Visit.arrived_at), lambda visit: visit.arrived_at, falling=True),
        Key(col(Visit.id), lambda visit: visit.id, falling=True),
    ),
)
_OLDEST = Order("visits, the oldest first", tuple(replace(key, falling=False) for key in _NEWEST.keys))
_MOST_WAITING = 300


def visible_to(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """Give the condition of the visits that an actor may see.

    Own registrations always; today's visitors of the same centre at every desk.
    """
    if not actor.may(Permission.VISIT_VIEW):
        return false()
    if actor.reach is Reach.ALL:
        return true()
    start, end = day_bounds(local_date(at))
    today = and_(
        one_of(col(Visit.unit_id), actor.unit_ids),
        col(Visit.arrived_at) >= start,
        col(Visit.arrived_at) < end,
    )
    return or_(one_of(col(Visit.registered_by), actor.own_ids), today)


async def get(session: AsyncSession, actor: Actor, visit_id: UUID, *, at: datetime) -> VisitView:
    """Give one visit within reach.

    :raises NotFound: none, or out of reach
    """
    return (await _views(session, actor, [await row(session, actor, visit_id, at=at)]))[0]


async def row(session: AsyncSession, actor: Actor, visit_id: UUID, *, at: datetime, lock: bool = False) -> Visit:
    """Give the stored visit within reach, locked for a change if asked."""
    query = select(Visit).where(col(Visit.id) == visit_id, visible_to(actor, at=at))
    query = query.with_for_update() if lock else query
    visit = (await session.scalars(query)).one_or_none()
    if visit is None:
        raise NotFound("没有找到这条来访登记，或不在您的查看范围内")
    return visit


async def today(
    session: AsyncSession, actor: Actor, *, at: datetime, cursor: str = "", size: int = 50
) -> Page[VisitView]:
    """Give one page of today's visitors, the newest first.

    :raises Invalid: the cursor is none of this list
    """
    start, end = day_bounds(local_date(at))
    wanted = (visible_to(actor, at=at), col(Visit.arrived_at) >= start, col(Visit.arrived_at) < end)
    total = await session.scalar(select(func.count()).select_from(Visit).where(*wanted)) or 0
    turned = await turn_query(session, select(Visit).where(*wanted), _NEWEST, cursor=cursor, size=size, at=at)
    return turned.page(await _views(session, actor, list(turned.rows)), total, size, cap=total)


async def search(
    session: AsyncSession, actor: Actor, wanted: VisitConditions, *, at: datetime, cursor: str = "", size: int = 20
) -> Page[VisitView]:
    """Give one page of the visits of all days within reach that fit, the newest first unless asked otherwise.

    :raises NotPermitted: the actor sees no visits
    :raises Invalid: a tail that is none, a name that fits too many, or the cursor is none of this list
    """
    actor.require(Permission.VISIT_VIEW)
    span = Span.of(wanted.arrived_from, wanted.arrived_to)
    fits = [visible_to(actor, at=at)]
    fits += [col(Visit.arrived_at) >= span.since] if span.since else []
    fits += [col(Visit.arrived_at) < span.until] if span.until else []
    person = await people.sought(session, wanted.person)
    if person is not None:
        fits.append(col(Visit.person_id).in_(select(col(Person.id)).where(person)))
    query: Any = select(Visit).where(*fits)
    total = await session.scalar(select(func.count()).select_from(query.limit(COUNT_CAP + 1).subquery())) or 0
    order = _OLDEST if wanted.sort == "at" else _NEWEST
    turned: Turned[Visit] = await turn_query(session, query, order, cursor=cursor, size=size, at=at)
    return turned.page(await _views(session, actor, turned.rows, hit=person is not None), total, size)


async def people_today(session: AsyncSession, actor: Actor, *, at: datetime) -> int:
    """Count the people who came today: each visitor and whoever came along."""
    start, end = day_bounds(local_date(at))
    wanted = (visible_to(actor, at=at), col(Visit.arrived_at) >= start, col(Visit.arrived_at) < end)
    return await session.scalar(select(func.coalesce(func.sum(1 + col(Visit.companions)), 0)).where(*wanted)) or 0


async def waiting(session: AsyncSession, actor: Actor, *, at: datetime) -> list[VisitView]:
    """List today's visitors who still wait or were handed over, who came first first."""
    start, end = day_bounds(local_date(at))
    query = (
        select(Visit)
        .where(
            visible_to(actor, at=at),
            col(Visit.arrived_at) >= start,
            col(Visit.arrived_at) < end,
            col(Visit.state).in_((VisitState.WAITING, VisitState.HANDED)),
        )
        .order_by(col(Visit.arrived_at))
        .limit(_MOST_WAITING)
    )
    return await _views(session, actor, list(await session.scalars(query)))


async def waiting_already(session: AsyncSession, actor: Actor, person: PersonInput, *, at: datetime) -> Visit | None:
    """Give today's visit at the actor's centre in which the same person still waits, the last one; none otherwise.

    The same is who has the same identity number, or the same name and phone.
    """
    alike: list[ColumnElement[bool]] = []
    if person.id_type is not IdType.NONE and people_rules.tidy_id(person.id_number):
        alike.append(people.by_id_number(person.id_number))
    if people_rules.tidy(person.name) and people_rules.tidy_phone(person.phone):
        alike.append(and_(people.by_name(person.name), people.by_phone(person.phone)))
    start, end = day_bounds(local_date(at))
    query = (
        select(Visit)
        .join(Person, col(Person.id) == col(Visit.person_id))
        .where(
            visible_to(actor, at=at),
            or_(false(), *alike),
            col(Visit.unit_id) == actor.unit_id,
            col(Visit.arrived_at) >= start,
            col(Visit.arrived_at) < end,
            col(Visit.state).in_((VisitState.WAITING, VisitState.HANDED)),
        )
        .order_by(col(Visit.arrived_at).desc(), col(Visit.id).desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def times_here(session: AsyncSession, actor: Actor, *, id_number: str) -> int:
    """Count the earlier visits of the holder of an identity number.

    It serves the desk, which sees the card: people without that right learn nothing.
    """
    actor.require(Permission.VISIT_REGISTER)
    if not people_rules.tidy_id(id_number):
        return 0
    query = (
        select(func.count())
        .select_from(Visit)
        .join(Person, col(Person.id) == col(Visit.person_id))
        .where(people.by_id_number(id_number))
    )
    return await session.scalar(query) or 0


async def desks(session: AsyncSession, actor: Actor) -> tuple[DeskView, ...]:
    """List the desks of the actor's unit."""
    query = select(Desk).where(one_of(col(Desk.unit_id), actor.unit_ids)).order_by(col(Desk.position))
    return tuple(DeskView(d.id, d.code, d.name) for d in await session.scalars(query))


async def desk_of_token(session: AsyncSession, code: str, token: str) -> DeskView | None:
    """Tell which desk a bridge speaks for; none when code or token is wrong."""
    desk = (await session.scalars(select(Desk).where(col(Desk.code) == code))).one_or_none()
    known = desk.token_digest if desk and desk.token_digest else bytes(32)
    right = crypto.same(known, crypto.digest(token))
    return DeskView(desk.id, desk.code, desk.name) if desk and right else None


async def _views(session: AsyncSession, actor: Actor, rows: Sequence[Visit], *, hit: bool = False) -> list[VisitView]:
    persons = await people.by_ids(session, (v.person_id for v in rows))
    lens = await people.lens(session, actor, hit=hit)
    places = {
        d.id: d.name for d in await session.scalars(select(Desk).where(col(Desk.id).in_({v.desk_id for v in rows})))
    }
    return [
        VisitView(
            id=v.id,
            queue=f"{v.queue_number:03d}",
            person=lens.view(persons[v.person_id]),
            reason=v.reason,
            companions=v.companions,
            id_source=rules.source_words(v.id_source, v.sources),
            sources=v.sources,
            state=v.state.value,
            state_label=v.state.label,
            desk=places.get(v.desk_id, "") if v.desk_id else "",
            arrived_at=v.arrived_at,
            registered_by=v.registered_by,
            case_id=v.case_id,
            informed_at=v.informed_at,
        )
        for v in rows
    ]
