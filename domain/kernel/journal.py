"""The journal: an append-only record, each line sealed together with the one before it of the same subject.

Decision 0031. A line takes its number from a sequence, so that acts on different subjects do not wait for each other,
and bears a keyed seal of its own from the start. Its place in the one chain over the whole journal it gets shortly
after its commit (`sealer`); `chain` verifies all of it.

Two acts on one subject must not name the same predecessor: each holds a lock on the subject from its first line to its
commit. An act on very many subjects holds one lock that all others share instead: a server has room for so many.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import SessionTransaction

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.driver import run
from domain.kernel.models import JournalEntry

MANY = 200
"""Subjects of one transaction from which on it keeps all others waiting instead of locking each."""
START = bytes(32)
"""Stands for the seal before the first."""
_EVERY = 0x6A6F7572
_LOCK = """
    SELECT pg_current_xact_id(), pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock(subject)
    FROM unnest($2::bigint[]) AS subject
"""
"""The transaction has its id before it has a number: the sealer counts on that."""
_LOCK_EVERY = "SELECT pg_current_xact_id(), pg_advisory_xact_lock($1)"
_TICKETS = """
    SELECT nextval('journal_ticket'), subject,
           (SELECT seal FROM journal_entry WHERE subject_id = subject ORDER BY seq DESC LIMIT 1)
    FROM unnest($1::uuid[]) AS subject
"""
"""A statement of its own: one that also waited for a lock would not see what it waited for."""
_LINE = b"fengqiao journal line\0"
"""What no seal of before decision 0031 begins with: those cannot pass for new ones, nor new ones for those."""
_TEXT = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
"""Made once: making one for every line cost a fifth of its seal."""
_written: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()
"""Lines that each open transaction has written."""


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
    """Append one line to the journal, in the transaction of the act.

    `detail` must hold no name, phone or identity number. The line is written with whatever else the act has pending;
    its subject is locked until the commit.
    """
    (entry,) = await record_all(session, actor, action, subject_kind, [(subject_id, detail or {})], at=at)
    return entry


async def record_all(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_kind: str,
    lines: Sequence[tuple[UUID, Mapping[str, Any]]],
    *,
    at: datetime,
) -> list[JournalEntry]:
    """Append one line for each of many subjects of one act, written together; see `record`."""
    if not lines:
        return []
    subjects = [subject_id for subject_id, _ in lines]
    await _lock(session, subjects)
    if any(isinstance(one, JournalEntry) for one in session.new):
        await session.flush()  # the line before may be among them
    drawn = await run(session, _TICKETS, [subjects])
    last = {subject: seal or START for _, subject, seal in drawn}
    entries: list[JournalEntry] = []
    for seq, (subject_id, detail) in zip(sorted(seq for seq, *_ in drawn), lines, strict=True):
        entry = JournalEntry(
            seq=seq,
            at=at,
            actor_id=actor.account_id,
            actor_roles=" ".join(sorted(actor.roles)),
            actor_unit_id=actor.unit_id,
            origin=actor.origin,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail={**detail, **_stands_for(actor)},
            previous=last[subject_id],
            seal=b"",
        )
        entry.seal = last[subject_id] = seal_of(entry)
        entries.append(entry)
    session.add_all(entries)
    return entries


async def _lock(session: AsyncSession, subjects: Sequence[UUID]) -> None:
    await session.connection()
    transaction = session.sync_session.get_transaction()
    assert transaction is not None  # noqa: S101 - the connection has begun one
    many = _written[transaction] = _written.get(transaction, 0) + len(subjects)
    if many > MANY:
        await run(session, _LOCK_EVERY, [_EVERY])
    else:
        # in one order: two acts on the same subjects wait for each other instead of getting stuck
        await run(session, _LOCK, [_EVERY, sorted({_key(subject_id) for subject_id in subjects})])


def _key(subject_id: UUID) -> int:
    """Fold an id to the 64 bits that a lock is known by."""
    folded = (subject_id.int >> 64) ^ (subject_id.int & (1 << 64) - 1)
    return folded - (1 << 64) if folded >> 63 else folded


def _stands_for(actor: Actor) -> dict[str, str]:
    return {"stands_for": str(actor.stands_for)} if actor.stands_for else {}


def seal_of(entry: JournalEntry) -> bytes:
    """Compute the seal of a line from content and predecessor."""
    return own_seal(entry.previous, content_of(entry))


def own_seal(previous: bytes, content: bytes) -> bytes:
    """Compute the seal of a line from the bytes of its content and the seal before it of the same subject."""
    return crypto.chained(_LINE + previous + content)


def earlier_seal(previous: bytes, content: bytes) -> bytes:
    """Compute a seal as before decision 0031: `previous` is that of the line before in the whole journal."""
    return crypto.chained(previous + content)


def content_of(entry: JournalEntry) -> bytes:
    """Give the bytes of a line that its seal is made of."""
    return content(
        entry.seq,
        entry.at,
        str(entry.actor_id),
        entry.actor_roles,
        str(entry.actor_unit_id),
        entry.origin,
        entry.action,
        entry.subject_kind,
        str(entry.subject_id),
        entry.detail,
    )


def content(seq: int, at: datetime, *others: Any) -> bytes:
    """Give the bytes of a line's columns, in the order of `content_of`; ids as text."""
    return _TEXT.encode([seq, at.astimezone(UTC).isoformat(), *others]).encode()
