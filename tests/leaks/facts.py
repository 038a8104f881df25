"""What is true of the records of the world, read from the bare tables and from nothing above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from domain.cases.models import Assignment, Attachment, Case, Copy, Party
from domain.kernel import crypto
from domain.kernel.clock import local_date
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.models import Account, Unit
from domain.people.models import Person
from domain.visits.models import Visit
from tests.leaks.oracle import CaseFact, Human, VisitFact

if TYPE_CHECKING:
    from tests.leaks.world import World


async def read(world: World) -> None:
    """Read every case and visit, with what decides who sees it."""
    async with unit_of_work() as session:
        rows = {
            table: list(await session.scalars(select(table)))
            for table in (Case, Assignment, Copy, Party, Attachment, Visit, Person, Unit, Account)
        }
    units = {unit.id: unit.code for unit in rows[Unit]}
    logins = {account.id: account.login for account in rows[Account]}
    humans = {human.phone: human for human in world.humans}
    persons = {p.id: humans[crypto.unseal("person", "phone", p.id, p.phone_sealed)] for p in rows[Person]}
    world.cases = _cases(rows, units, logins, persons)
    world.visits = [
        VisitFact(v.id, units[v.unit_id], logins[v.registered_by], local_date(v.arrived_at), v.reason,
                  persons[v.person_id], v.person_id)
        for v in rows[Visit]
    ]  # fmt: skip


def _cases(
    rows: dict[type, list[Any]], units: dict[UUID, str], logins: dict[UUID, str], persons: dict[UUID, Human]
) -> list[CaseFact]:
    held, copied = _by_case(rows[Assignment], units), _by_case(rows[Copy], units)
    party = {p.case_id: p.person_id for p in rows[Party]}
    files: dict[UUID, list[UUID]] = defaultdict(list)
    for attachment in rows[Attachment]:
        files[attachment.case_id].append(attachment.file_id)
    return [
        CaseFact(
            id=c.id, number=c.number, title=c.title, content=c.content, status=c.status.value,
            author=logins[c.created_by], centre=units[c.unit_id], areas=tuple(filter(None, c.area_path.split("/"))),
            category=c.category, risk=c.risk_level.value, version=c.version, human=persons[party[c.id]],
            person_id=party[c.id], lead=units.get(c.lead_unit_id, ""), held_by=frozenset(held[c.id]),
            copied_to=frozenset(copied[c.id]), merged_into=c.merged_into_id, files=tuple(files[c.id]),
        )
        for c in rows[Case]
    ]  # fmt: skip


def _by_case(rows: Iterable[Any], units: dict[UUID, str]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row.case_id].add(units[row.unit_id])
    return found
