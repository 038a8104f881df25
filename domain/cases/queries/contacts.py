"""Whom of a case a short message can reach."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Party, PartyKind
from domain.kernel import driver
from domain.people import queries as people
from domain.people.rules import is_mobile


async def mobiles_of(session: AsyncSession, cases: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Give the mobile phones of the petitioners of some cases, each once a case; a landline takes no message."""
    found: dict[UUID, list[str]] = {case_id: [] for case_id in cases}
    parties = await _PETITIONERS.of(session, cases=list(cases)) if cases else []
    persons = await people.by_ids(session, (party.person_id for party in parties))
    for party in parties:
        found[party.case_id].append(people.routed_phone(persons[party.person_id]))
    return {
        case_id: tuple(dict.fromkeys(phone for phone in phones if is_mobile(phone)))
        for case_id, phones in found.items()
    }


_PETITIONERS = driver.Reading(
    Party,
    lambda query: query.where(
        driver.among(col(Party.case_id), "cases"), col(Party.kind) == PartyKind.PETITIONER
    ).order_by(col(Party.position)),
)
