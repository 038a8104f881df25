"""Reads of persons. Reach is decided by the record (visit, case) that names the person."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.people import rules
from domain.people.models import Person
from domain.people.schemas import Contact, PersonView

_SCAN = 2000
"""Candidates of a name fragment that are opened and compared at most."""


def opened(person: Person, column: str) -> str:
    """This function will open one sealed field; the caller answers for who sees it."""
    return crypto.unseal("person", column, person.id, getattr(person, f"{column}_sealed"))


def masked(person: Person) -> PersonView:
    """This function will show a person masked."""
    return PersonView(
        id=person.id,
        name=rules.mask_name(opened(person, "name")),
        id_type=person.id_type.label,
        id_number=rules.mask_id(opened(person, "id_number")),
        phone=rules.mask_phone(opened(person, "phone")),
        sex=person.sex.label,
        nation=person.nation,
        address=rules.mask_address(opened(person, "address")),
    )


async def by_ids(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """This function will give several persons at once."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.scalars(select(Person).where(col(Person.id).in_(wanted)))
    return {person.id: person for person in rows}


async def contact_of(session: AsyncSession, person_id: UUID) -> Contact | None:
    """This function will open name and phone of a person for a short message."""
    person = await session.get(Person, person_id)
    return Contact(opened(person, "name"), opened(person, "phone")) if person else None


def same_human(person: Person) -> ColumnElement[bool]:
    """This function will give the condition that finds all rows of the same human being."""
    if person.id_blind is not None:
        return col(Person.id_blind) == person.id_blind
    if person.phone_blind is not None:
        return (col(Person.phone_blind) == person.phone_blind) & (col(Person.name_blind) == person.name_blind)
    return col(Person.id) == person.id


def by_id_number(number: str) -> ColumnElement[bool]:
    """This function will give the condition for an exact identity number."""
    return col(Person.id_blind) == crypto.blind("id", rules.tidy_id(number))


def by_phone(phone: str) -> ColumnElement[bool]:
    """This function will give the condition for an exact phone number."""
    return col(Person.phone_blind) == crypto.blind("phone", rules.tidy_phone(phone))


async def ids_by_name(session: AsyncSession, fragment: str) -> tuple[UUID, ...]:
    """This function will find persons whose name contains the fragment; false hits are dropped.

    The candidates are materialised first: an ordered plan would walk the primary key.
    """
    fragment = rules.tidy(fragment)
    if not fragment:
        return ()
    tokens = crypto.fragments(fragment, start=False)
    hits = (
        select(col(Person.id))
        .where(col(Person.name_fragments).contains(tokens))
        .limit(_SCAN)
        .cte("hits")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    query = select(Person).where(col(Person.id).in_(select(hits.c.id)))
    return tuple(p.id for p in await session.scalars(query) if fragment in opened(p, "name"))


async def count_rows(session: AsyncSession, person: Person) -> int:
    """This function will count the rows of the same human being."""
    query = select(func.count()).select_from(Person).where(same_human(person))
    return await session.scalar(query) or 0
