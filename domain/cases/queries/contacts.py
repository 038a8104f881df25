"""Whom of a case a short message can reach."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Party, PartyKind
from domain.people import queries as people
from domain.people.models import Person
from domain.people.rules import is_mobile


async def mobiles_of(session: AsyncSession, case_id: UUID) -> tuple[str, ...]:
    """Give the mobile phones of a case's petitioners, each once; a landline takes no message."""
    query = (
        select(Person)
        .join(Party, col(Party.person_id) == col(Person.id))
        .where(col(Party.case_id) == case_id, col(Party.kind) == PartyKind.PETITIONER)
        .order_by(col(Party.position))
    )
    phones = [people.routed_phone(person) for person in await session.scalars(query)]
    return tuple(dict.fromkeys(phone for phone in phones if is_mobile(phone)))
