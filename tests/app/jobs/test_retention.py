"""The job of retention: a pass, its ledger beside the database, and a restore of an older backup."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from app.jobs import retention as job
from domain.cases.models import Attachment
from domain.kernel import crypto, files
from domain.kernel.ids import new_id
from domain.kernel.models import StoredFile
from domain.kernel.unit_of_work import unit_of_work
from domain.people import queries as people
from domain.people.models import Person
from domain.people.schemas import PersonInput
from domain.retention import operations, queries
from domain.retention.models import Kind, Tombstone
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

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


async def uploaded(county: County) -> UUID:
    async with unit_of_work() as session:
        return await support.picture(session, county["rsj"], at=MORNING)


async def test_a_picture_that_no_step_took_goes_with_its_bytes(county: County, ledger: Path) -> None:
    unused = await uploaded(county)
    async with unit_of_work() as session:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        used = set(await session.scalars(select(col(Attachment.file_id))))

    assert await job.run_once(ledger, at=MORNING + timedelta(days=6)) == {}
    assert (await job.run_once(ledger, at=MORNING + timedelta(days=8)))["upload"] == 1

    assert not files.path_of(unused).exists()
    assert not files.path_of(unused, ".thumb").exists()
    assert used
    assert all(files.path_of(file_id).exists() for file_id in used)


async def test_pictures_of_an_older_release_are_sealed_and_stay_readable(county: County) -> None:
    old = await uploaded(county)
    async with unit_of_work() as session:
        stored = await session.get_one(StoredFile, old)
        shown = await files.read(stored)
        stored.key_sealed, stored.sealed_at, stored.original = None, None, False
        stored.digest = hashlib.sha256(shown).hexdigest()
    files.path_of(old).write_bytes(shown)
    files.path_of(old, ".thumb").write_bytes(shown)

    assert await job.seal_older(at=MORNING) == 1
    assert await job.seal_older(at=MORNING) == 0

    assert not files.path_of(old).read_bytes().startswith(b"\xff\xd8")
    async with unit_of_work() as session:
        assert await files.read(await session.get_one(StoredFile, old)) == shown


async def test_bytes_without_a_row_are_swept_and_others_are_not(county: County) -> None:
    kept, lost = await uploaded(county), new_id()
    files.write(files.path_of(lost, ".thumb"), b"of an act that was rolled back")
    soon, late = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) + timedelta(hours=25)

    await job.sweep(at=soon)
    assert files.path_of(lost, ".thumb").exists()
    await job.sweep(at=late)

    assert not files.path_of(lost, ".thumb").exists()
    assert files.path_of(kept).exists()
