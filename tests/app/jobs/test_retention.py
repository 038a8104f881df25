"""The job of retention: a pass, its ledger beside the database, and a restore of an older backup."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from app.jobs import retention as job
from domain.kernel import crypto
from domain.kernel.unit_of_work import unit_of_work
from domain.people import queries as people
from domain.people.models import Person
from domain.people.schemas import PersonInput
from domain.retention import operations, queries
from domain.retention.models import Kind, Tombstone
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from tests.support import county as support
from tests.support.county import MORNING, County

LATER = MORNING + timedelta(days=3 * 365)


@pytest.fixture
async def visitor(county: County) -> UUID:
    """Give a visitor without a case; the rule that makes such anonymous is on."""
    async with unit_of_work() as session:
        person = PersonInput(name="黄" + "来访", id_number=support.id_number(3), phone=support.phone(3))
        visit = await visits.register(session, county["guide"], VisitInput(person, "咨询政策"), at=MORNING)
        await operations.set_rule(
            session, county["secadmin"], Kind.VISITOR, days=730, active=True, note="档案管理规定", at=LATER, seen=1
        )
    return visit.person.id


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "retention" / "tombstones.txt"


async def name(person: UUID) -> str:
    async with unit_of_work() as session:
        return people.opened((await people.by_ids(session, [person]))[person], "name")


async def brought_back(person: UUID) -> None:
    """What restoring an older backup does: the person has a name again, and no tombstone."""
    async with unit_of_work() as session:
        sealed = crypto.seal("person", "name", person, "黄" + "来访")
        await session.execute(
            update(Person).where(col(Person.id) == person).values(name_sealed=sealed, anonymised_at=None)
        )
        await session.execute(delete(Tombstone))


async def test_a_pass_ends_what_is_over_and_writes_the_ledger(visitor: UUID, ledger: Path) -> None:
    ended = await job.run_once(ledger, at=LATER)

    assert ended == {"visitor": 1}
    assert await name(visitor) == ""
    assert job.read(ledger) == {visitor: (Kind.VISITOR, LATER)}
    assert await job.run_once(ledger, at=LATER) == {}


async def test_a_restore_does_not_bring_anybody_back(visitor: UUID, ledger: Path) -> None:
    await job.run_once(ledger, at=LATER)
    await brought_back(visitor)
    assert await name(visitor)

    assert await job.reconcile(ledger, at=LATER) == 1
    assert await name(visitor) == ""
    assert await job.reconcile(ledger, at=LATER) == 0


async def test_a_lost_ledger_is_written_again(visitor: UUID, ledger: Path) -> None:
    await job.run_once(ledger, at=LATER)
    ledger.write_text("2029-11-17T01:00:00+00:00 visi", encoding="ascii")

    await job.reconcile(ledger, at=LATER)

    assert set(job.read(ledger)) == {visitor}


async def test_it_stops_when_told(county: County, tmp_path: Path) -> None:
    from app.settings import Settings

    stop = asyncio.Event()
    task = asyncio.create_task(job.run_retention(stop, Settings(data_dir=tmp_path), clock=lambda: LATER))
    await asyncio.sleep(0.3)
    stop.set()
    await asyncio.wait_for(task, 5)
    async with unit_of_work() as session:
        assert await queries.tombstones(session) == {}
