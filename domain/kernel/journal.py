"""The journal: an append-only record, each line sealed together with the one before it.

Decision 0004. The chain runs over the whole journal, so that a removed, changed or
inserted line shows, whoever did it in the database. The lock that orders the lines is
taken late in an act and held until its commit; acts on several subjects are therefore
several transactions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry

_LOCK = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=0x6A6F7572)
_LAST = text("SELECT seq, seal FROM journal_entry ORDER BY seq DESC LIMIT 1")
"""A statement of its own: one that also waited for the lock would not see what it waited for."""
_APPEND = insert(JournalEntry)
_START = bytes(32)


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    *,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """This function will append one line to the journal, in the transaction of the act.

    `detail` must hold no name, phone or identity number. Everything pending is written before
    the lock is taken, so that it is held for three short statements and the commit.
    """
    await session.flush()
    connection = await session.connection()
    await connection.execute(_LOCK)
    last = (await connection.execute(_LAST)).first()
    entry = JournalEntry(
        seq=last.seq + 1 if last else 1,
        at=at,
        actor_id=actor.account_id,
        actor_roles=" ".join(sorted(actor.roles)),
        actor_unit_id=actor.unit_id,
        origin=actor.origin,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail=dict(detail or {}),
        previous=last.seal if last else _START,
        seal=b"",
    )
    entry.seal = seal_of(entry)
    await connection.execute(_APPEND, entry.model_dump())
    return entry


def seal_of(entry: JournalEntry) -> bytes:
    """This function will compute the seal of a line: HMAC-SM3 over its content and its predecessor."""
    content = json.dumps(
        [
            entry.seq,
            entry.at.astimezone(UTC).isoformat(),
            str(entry.actor_id),
            entry.actor_roles,
            str(entry.actor_unit_id),
            entry.origin,
            entry.action,
            entry.subject_kind,
            str(entry.subject_id),
            entry.detail,
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return crypto.chained(entry.previous + content.encode())


async def verify(session: AsyncSession) -> tuple[int, int | None]:
    """This function will walk the whole chain.

    Answers the number of lines read and the first line that does not hold (none: all hold).
    """
    previous, expected, count = _START, 1, 0
    stream = await session.stream_scalars(
        select(JournalEntry).order_by(JournalEntry.seq).execution_options(yield_per=1000)  # type: ignore[arg-type]
    )
    try:
        async for entry in stream:
            count += 1
            whole = entry.seq == expected and entry.previous == previous
            if not whole or not crypto.same(entry.seal, seal_of(entry)):
                return count, entry.seq
            previous, expected = entry.seal, entry.seq + 1
    finally:
        await stream.close()
    return count, None
