"""Make the persons of cases that are over for long anonymous; what was done stays, who it was goes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Assignment, Party
from domain.cases.queries import expiry
from domain.kernel import files
from domain.kernel.columns import one_of
from domain.kernel.models import StoredFile
from domain.people import operations as people


async def expire_cases(
    session: AsyncSession, *, before: datetime, held: Collection[UUID], limit: int, at: datetime
) -> tuple[int, tuple[UUID, ...]]:
    """Make anonymous the persons of some cases that ended before a moment.

    It answers how many cases there were, and which persons. The condition is asked again under the lock of each
    case: one that was taken up meanwhile stays. Free text (title, content, opinions, reasons) is not touched.
    """
    cases = [case.id for case in await session.scalars(expiry.due_locked(before, held, limit=limit))]
    if not cases:
        return 0, ()
    parties = await session.scalars(select(col(Party.person_id)).where(col(Party.case_id).in_(cases)))
    persons = await people.anonymise(session, set(parties), at=at)
    emptied = update(Assignment).where(col(Assignment.case_id).in_(cases))
    await session.execute(emptied.values(in_charge_sealed=None, in_charge_phone_sealed=None))
    return len(cases), persons


async def expire_visitors(
    session: AsyncSession, *, before: datetime, limit: int, at: datetime
) -> tuple[int, tuple[UUID, ...]]:
    """Make anonymous some of the persons whom no case names and who were declared before a moment."""
    found = list(await session.scalars(expiry.visitor_ids(before, limit=limit)))
    persons = await people.anonymise(session, found, at=at)
    return len(persons), persons


async def expire_files(session: AsyncSession, *, before: datetime, limit: int) -> tuple[UUID, ...]:
    """Delete the rows of some pictures that no step took along, and answer which.

    The bytes are for the caller to drop, once this is committed: never a row without bytes. The rows are locked
    first and looked at again, so that a step that takes one along at the same moment keeps it.
    """
    some = select(col(StoredFile.id)).where(expiry.is_unused(before)).limit(limit).with_for_update(skip_locked=True)
    locked = list(await session.scalars(some))
    unused = select(col(StoredFile.id)).where(one_of(col(StoredFile.id), locked), expiry.is_unused(before))
    gone = tuple(await session.scalars(unused))
    await files.forget(session, gone)
    return gone
