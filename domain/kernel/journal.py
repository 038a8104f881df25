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
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, cast, func, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.driver import Made, run
from domain.kernel.models import JournalEntry

MANY = 200
"""Subjects of one transaction from which on it keeps all others waiting instead of locking each."""
START = bytes(32)
"""Stands for the seal before the first."""
_EVERY = 0x6A6F7572
_LOCK = """
    SELECT pg_current_xact_id(), pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtextextended(subject::text, 0) AS key FROM unnest($2::uuid[]) AS subject ORDER BY key) AS locked
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
_ahead: WeakKeyDictionary[SessionTransaction, dict[UUID, _Ahead]] = WeakKeyDictionary()
"""What each open transaction, or savepoint, has for its next line on a subject."""


@dataclass(slots=True)
class _Ahead:
    """A subject that is locked, the number of its next line, and the seal of its last, once that was read."""

    seq: int
    last: bytes | None = None


def locking(held: Select[Any]) -> Select[Any]:
    """Have a statement that locks rows, their id first, lock each for the journal too and draw a number for its line.

    The number is the last column. First the rows, then their lines: whoever waits for the one holds nothing of the
    other; a transaction that has locked a row has its id.
    """
    rows = held.cte("held")
    key = func.hashtextextended(cast(rows.c[0], Text), literal(0, BigInteger))
    shared = func.pg_advisory_xact_lock_shared(literal(_EVERY, BigInteger))
    return select(*rows.c, shared, func.pg_advisory_xact_lock(key), _NEXT)


_NEXT: ColumnElement[int] = literal_column("nextval('journal_ticket')")
LAST = Made(
    select(col(JournalEntry.seal))
    .where(col(JournalEntry.subject_id) == bindparam("subject_id"))
    .order_by(col(JournalEntry.seq).desc())
    .limit(1)
)
"""The seal of a subject's last line; read after the statement that locked it, which would not see what it waited for."""


def number_ahead(session: AsyncSession, subject_id: UUID, seq: int, *, new: bool = False) -> None:
    """Note the number drawn for the next line on a subject that this transaction has locked, or has made."""
    _ahead.setdefault(_begun(session), {})[subject_id] = _Ahead(seq, START if new else None)


def last_ahead(session: AsyncSession, subject_id: UUID, found: Sequence[Sequence[bytes]]) -> None:
    """Note what `LAST` found of such a subject: its line needs no statement of its own."""
    if (ahead := _ahead.get(_begun(session), {}).get(subject_id)) is not None:
        ahead.last = found[0][0] if found else START


def _begun(session: AsyncSession) -> SessionTransaction:
    # what a savepoint locked is free again once one goes back to it
    transaction = session.sync_session.get_nested_transaction() or session.sync_session.get_transaction()
    assert transaction is not None  # noqa: S101 - a statement was run in it
    return transaction


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
    numbers, last = await _drawn(session, [subject_id for subject_id, _ in lines])
    entries: list[JournalEntry] = []
    for seq, (subject_id, detail) in zip(numbers, lines, strict=True):
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


async def _drawn(session: AsyncSession, subjects: Sequence[UUID]) -> tuple[list[int], dict[UUID, bytes]]:
    """Give as many numbers, rising, and the last seal of each subject, which is locked."""
    await session.connection()
    held = [ahead for subject in dict.fromkeys(subjects) if (ahead := _used(session, subject)) is not None]
    if len(subjects) == len(held) == 1 and held[0].last is not None:
        return [held[0].seq], {subjects[0]: held[0].last}
    await _lock(session, subjects)
    if any(isinstance(one, JournalEntry) for one in session.new):
        await session.flush()  # the line before may be among them
    drawn = await run(session, _TICKETS, [subjects])
    return sorted(seq for seq, *_ in drawn), {subject: seal or START for _, subject, seal in drawn}


def _used(session: AsyncSession, subject_id: UUID) -> _Ahead | None:
    """Take what was noted for a subject, wherever it was: after its next line, none of it is true any more."""
    found, transaction = None, _begun(session)
    while transaction is not None:
        found = _ahead.get(transaction, {}).pop(subject_id, None) or found
        transaction = transaction.parent
    return found


async def _lock(session: AsyncSession, subjects: Sequence[UUID]) -> None:
    transaction = session.sync_session.get_transaction()
    assert transaction is not None  # noqa: S101 - the connection has begun one
    many = _written[transaction] = _written.get(transaction, 0) + len(subjects)
    if many > MANY:
        await run(session, _LOCK_EVERY, [_EVERY])
    else:
        # in one order: two acts on the same subjects wait for each other instead of getting stuck
        await run(session, _LOCK, [_EVERY, list(subjects)])


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
