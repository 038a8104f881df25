"""The journal shows every change to it, and the database refuses the ordinary ones."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import journal
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from tests.support.county import MORNING

_ACTOR = system_actor(Role.CLOCK, origin="测试")


async def _written(session: AsyncSession, count: int = 4) -> list[UUID]:
    subjects = [new_id() for _ in range(count)]
    for place, subject in enumerate(subjects):
        await journal.record(session, _ACTOR, "test.act", "case", subject, at=MORNING, detail={"n": place, "文": "字"})
    return subjects


async def test_an_untouched_chain_verifies(session: AsyncSession) -> None:
    count, broken = await journal.verify(session)
    await _written(session)

    assert await journal.verify(session) == (count + 4, None)
    assert broken is None


_CHANGES = {
    "changed": "UPDATE journal_entry SET detail = '{\"n\": 9}' WHERE seq = :seq",
    "redated": "UPDATE journal_entry SET at = at + interval '1 second' WHERE seq = :seq",
    "given to another": "UPDATE journal_entry SET actor_id = gen_random_uuid() WHERE seq = :seq",
    "removed": "DELETE FROM journal_entry WHERE seq = :seq",
}


@pytest.mark.parametrize("change", _CHANGES)
async def test_a_line_that_was_tampered_with_shows(session: AsyncSession, change: str) -> None:
    await _written(session)
    last = (await session.scalars(text("SELECT max(seq) FROM journal_entry"))).one()
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text(_CHANGES[change]), {"seq": last - 1})
    session.expire_all()

    _, broken = await journal.verify(session)

    assert broken == (last if change == "removed" else last - 1)


@pytest.mark.parametrize("mended", [False, True])
async def test_a_line_of_another_branch_shows(session: AsyncSession, mended: bool) -> None:
    """A line sealed in its own right, from a branch that a restore left, stands where another one stood.

    The line after it tells, whether or not it was made to name the foreign one as its predecessor.
    """
    left = await session.begin_nested()
    await _written(session, 1)
    columns = JournalEntry.__table__.columns
    foreign = dict((await session.execute(select(*columns).order_by(columns.seq.desc()).limit(1))).mappings().one())
    await left.rollback()
    await _written(session, 2)
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(update(JournalEntry).where(col(JournalEntry.seq) == foreign["seq"]).values(**foreign))
    if mended:
        after = update(JournalEntry).where(col(JournalEntry.seq) == foreign["seq"] + 1)
        await session.execute(after.values(previous=foreign["seal"]))

    verdict = await journal.examine(session)

    assert verdict.broken == foreign["seq"] + 1
    assert ("前面的记录被替换" in verdict.fault) is not mended


@pytest.mark.parametrize("change", [*_CHANGES, "emptied"])
async def test_the_database_refuses_it(session: AsyncSession, change: str) -> None:
    await _written(session)
    last = (await session.scalars(text("SELECT max(seq) FROM journal_entry"))).one()
    statement = _CHANGES.get(change, "TRUNCATE journal_entry")

    with pytest.raises(DBAPIError):
        await session.execute(text(statement), {"seq": last} if change in _CHANGES else {})
