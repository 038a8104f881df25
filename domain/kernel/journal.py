"""The journal: an append-only record, each line sealed together with the one before it.

Decision 0004. The chain runs over the whole journal, so that a removed, changed or
inserted line shows, whoever did it in the database. The lock that orders the lines is
taken late in an act and held until its commit; acts on several subjects are therefore
several transactions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.driver import run
from domain.kernel.models import JournalEntry

_LOCK = f"SELECT pg_advisory_xact_lock({0x6A6F7572})"
_LAST = "SELECT seq, seal FROM journal_entry ORDER BY seq DESC LIMIT 1"
"""A statement of its own: one that also waited for the lock would not see what it waited for."""
_START = bytes(32)
_TEXT = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
"""Made once: making one for every line cost a fifth of its seal."""
_WALK = (
    select(*(column for column in JournalEntry.__table__.columns))  # type: ignore[attr-defined]
    .order_by(JournalEntry.seq)  # type: ignore[arg-type]
    .execution_options(yield_per=2000)
)
"""Plain rows: what the mapper adds is not needed to compute a seal."""


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

    `detail` must hold no name, phone or identity number. The line is written with the act's last statement; the lock
    is held for two short statements, that one and the commit.
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
    await run(session, _LOCK, ())
    if any(isinstance(one, JournalEntry) for one in session.new):
        await session.flush()
    ((seq, previous),) = await run(session, _LAST, ()) or [(0, _START)]
    entries: list[JournalEntry] = []
    for place, (subject_id, detail) in enumerate(lines, start=1):
        entry = JournalEntry(
            seq=seq + place,
            at=at,
            actor_id=actor.account_id,
            actor_roles=" ".join(sorted(actor.roles)),
            actor_unit_id=actor.unit_id,
            origin=actor.origin,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail={**detail, **_stands_for(actor)},
            previous=previous,
            seal=b"",
        )
        entry.seal = previous = seal_of(entry)
        entries.append(entry)
    session.add_all(entries)
    return entries


def _stands_for(actor: Actor) -> dict[str, str]:
    return {"stands_for": str(actor.stands_for)} if actor.stands_for else {}


def seal_of(entry: Any) -> bytes:
    """Compute the seal of a line, or of a plain row of its columns, from content and predecessor."""
    content = _TEXT.encode(
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
        ]
    )
    return crypto.chained(entry.previous + content.encode())


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor says: that line `seq` bore this seal."""

    seq: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Tell what a walk along the chain found: lines read, the first that does not hold, and why."""

    count: int
    broken: int | None = None
    fault: str = ""


async def examine(session: AsyncSession, anchors: Collection[Anchored] = ()) -> Verdict:
    """Walk the whole chain and compare it with the anchors that were kept elsewhere.

    It tells a changed line, a missing one, one that was slipped in or moved, a chain that was made anew, and
    an end that was cut off after an anchor. Lines cut off since the last anchor cannot be told from lines that
    never were.
    """
    kept: dict[int, set[bytes]] = {}
    for anchor in anchors:
        kept.setdefault(anchor.seq, set()).add(anchor.seal)
    previous, count = _START, 0
    stream = await session.stream(_WALK)
    try:
        async for line in stream:
            count += 1
            fault = _fault(line, count, previous) or _anchor_fault(line, kept)
            if fault:
                return Verdict(count, line.seq, fault)
            previous = line.seal
    finally:
        await stream.close()
    cut = min((seq for seq in kept if seq > count), default=None)
    return Verdict(count, cut, f"第 {count} 条之后的记录被删除" if cut else "")


def _fault(line: Any, expected: int, previous: bytes) -> str:
    if line.seq > expected:
        return f"第 {expected} 条记录缺失"
    if not crypto.same(line.seal, seal_of(line)):
        return f"第 {line.seq} 条记录被修改或插入"
    return "" if line.previous == previous else f"第 {line.seq} 条与前一条不相接，前面的记录被替换"


def _anchor_fault(line: Any, kept: Mapping[int, set[bytes]]) -> str:
    seals = kept.get(line.seq)
    return f"第 {line.seq} 条与锚点不符，日志被重新生成" if seals and seals != {line.seal} else ""


async def verify(session: AsyncSession) -> tuple[int, int | None]:
    """Walk the whole chain without anchors.

    Answers the number of lines read and the first line that does not hold (none: all hold).
    """
    verdict = await examine(session)
    return verdict.count, verdict.broken
