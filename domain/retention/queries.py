"""Reads: what holds, what it would end, what is on hold, what was done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries import expiry
from domain.cases.queries.reach import visible_to
from domain.kernel import drafts, idempotency
from domain.kernel.actor import Actor, system_actor
from domain.kernel.columns import one_of
from domain.kernel.models import JournalEntry, StoredFile
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import NotFound
from domain.kernel.searching import number_key
from domain.notices import queries as notices
from domain.orgs import queries as orgs
from domain.orgs.queries.over import old_sessions, old_steps
from domain.retention import rules
from domain.retention.models import Kind, LegalHold, RetentionRule, Tombstone
from domain.retention.rules import STANDARDS
from domain.retention.schemas import HoldView, Preview, RuleView, RunView
from domain.tracking import queries as tracking

CLOCK = system_actor(Role.CLOCK)
SAMPLES = 10
Found = Select[tuple[str, datetime]] | CompoundSelect[tuple[str, datetime]]


async def in_force(session: AsyncSession, kind: Kind) -> RuleView:
    """Give the rule that holds for a kind: what was set, else the standard."""
    query = select(RetentionRule).where(col(RetentionRule.kind) == kind, col(RetentionRule.ended_at).is_(None))
    row = (await session.scalars(query)).one_or_none()
    return rule_view(row) if row else _standard(kind)


async def rules_of(session: AsyncSession, actor: Actor) -> tuple[RuleView, ...]:
    """Give the rule of every kind.

    :raises NotPermitted: the actor does not manage retention
    """
    actor.require(Permission.RETENTION_MANAGE)
    query = select(RetentionRule).where(col(RetentionRule.ended_at).is_(None))
    rows = {row.kind: row for row in await session.scalars(query)}
    return await _named(session, [rule_view(rows[kind]) if kind in rows else _standard(kind) for kind in Kind])


async def past_rules(session: AsyncSession, actor: Actor, *, limit: int = 30) -> tuple[RuleView, ...]:
    """List rules that were followed by others, the newest first."""
    actor.require(Permission.RETENTION_MANAGE)
    query = select(RetentionRule).where(col(RetentionRule.ended_at).is_not(None))
    rows = await session.scalars(query.order_by(col(RetentionRule.ended_at).desc()).limit(limit))
    return await _named(session, [rule_view(row) for row in rows])


async def _named(session: AsyncSession, rules_set: Sequence[RuleView]) -> tuple[RuleView, ...]:
    names = await orgs.staff_names(session, {one.set_by for one in rules_set if one.set_by})
    return tuple(replace(one, set_by_name=names.get(one.set_by, "") if one.set_by else "") for one in rules_set)


def rule_view(row: RetentionRule) -> RuleView:
    return RuleView(row.kind, row.days, row.action, row.active, row.note, row.set_by, row.set_at, row.ended_at, row.id)


def _standard(kind: Kind) -> RuleView:
    standard = STANDARDS[kind]
    return RuleView(kind, standard.days, standard.action, standard.active, standard.why, None, None)


async def held_ids(session: AsyncSession) -> tuple[UUID, ...]:
    """Give the cases on hold."""
    return tuple(await session.scalars(select(col(LegalHold.case_id)).where(col(LegalHold.ended_at).is_(None))))


async def preview(session: AsyncSession, actor: Actor, kind: Kind, *, days: int, at: datetime) -> Preview:
    """Say what a period would end now: counts, dates and numbers, nothing of a person.

    :raises NotPermitted: the actor does not manage retention
    """
    actor.require(Permission.RETENTION_MANAGE)
    found = await _due(session, kind, rules.before_of(days, at))
    if found is None:
        return Preview(kind, days, 0, None, None, ())
    due = found.subquery()
    mark, moment = due.c
    count, oldest, newest = (await session.execute(select(func.count(), func.min(moment), func.max(moment)))).one()
    samples = (await session.execute(select(mark, moment).order_by(moment).limit(SAMPLES))).all()
    return Preview(kind, days, count, oldest, newest, tuple((row[0], row[1]) for row in samples))


async def _due(session: AsyncSession, kind: Kind, before: datetime) -> Found | None:
    if kind is Kind.CASE:
        return expiry.due(before, await held_ids(session))
    if kind in {Kind.NOTICE, Kind.NOTICE_READ}:
        never = datetime.min.replace(tzinfo=before.tzinfo)
        pair = (never, before) if kind is Kind.NOTICE else (before, never)
        return notices.old_notices(*pair)
    return _OLD[kind](before) if kind in _OLD else None


def _codes(before: datetime) -> Found:
    return union_all(tracking.old_codes(before), old_steps(before))


_OLD: dict[Kind, Callable[[datetime], Found]] = {
    Kind.VISITOR: expiry.visitors,
    Kind.DRAFT: drafts.old,
    Kind.MESSAGE: notices.old_messages,
    Kind.SESSION: old_sessions,
    Kind.ANSWER: idempotency.old,
    Kind.CODE: _codes,
    Kind.UPLOAD: expiry.unused_files,
}


async def holds(session: AsyncSession, actor: Actor, *, limit: int = 1000) -> tuple[HoldView, ...]:
    """List the holds, those in force first, then the newest.

    :raises NotPermitted: the actor does not manage retention
    """
    actor.require(Permission.RETENTION_MANAGE)
    query = (
        select(LegalHold, col(Case.number))
        .join(Case, col(Case.id) == col(LegalHold.case_id))
        .where(visible_to(CLOCK))
        .order_by(col(LegalHold.ended_at).is_not(None), col(LegalHold.set_at).desc())
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    names = await orgs.staff_names(session, {by for hold, _ in rows for by in (hold.set_by, hold.ended_by) if by})
    return tuple(
        HoldView(
            hold.id, number, hold.reason, hold.set_by, hold.set_at, hold.ended_by, hold.ended_at,
            names.get(hold.set_by, ""), names.get(hold.ended_by, ""),
        )
        for hold, number in rows
    )  # fmt: skip


async def hold_in_force(session: AsyncSession, actor: Actor, hold_id: UUID) -> HoldView:
    """Give one hold in force.

    :raises NotPermitted: the actor does not manage retention
    :raises NotFound: there is none, or it was ended
    """
    found = next((one for one in await holds(session, actor) if one.id == hold_id and not one.ended_at), None)
    if found is None:
        raise NotFound("没有这项法定保留，或已解除")
    return found


async def case_of(session: AsyncSession, number: str) -> UUID:
    """Find a case by its number alone; nothing else of it is told.

    :raises NotFound: there is no such case
    """
    query = select(col(Case.id)).where(col(Case.number) == number_key(number), visible_to(CLOCK))
    found = await session.scalar(query)
    if found is None:
        raise NotFound("没有这个编号的案件")
    return found


async def runs(session: AsyncSession, actor: Actor, *, limit: int = 30) -> tuple[RunView, ...]:
    """List the newest batches, as the journal tells them.

    :raises NotPermitted: the actor does not manage retention
    """
    actor.require(Permission.RETENTION_MANAGE)
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.subject_id) == SUBJECT, col(JournalEntry.action).in_(("retention.run", "retention.reapply")))
        .order_by(col(JournalEntry.seq).desc())
        .limit(limit)
    )  # fmt: skip
    return tuple(_run(entry) for entry in await session.scalars(query))


def _run(entry: JournalEntry) -> RunView:
    said = entry.detail
    again = entry.action == "retention.reapply"
    kind = "恢复后重新匿名" if again else Kind(said["kind"]).label
    action = "匿名化" if again else str(said["action"])
    return RunView(entry.at, kind, action, int(said["count"]), int(said.get("persons", 0)), entry.seq or 0)


SUBJECT = UUID(int=0x0E7E)
"""The subject of journal lines about retention, which is one."""


async def tombstones(session: AsyncSession) -> dict[UUID, tuple[Kind, datetime]]:
    """Give every tombstone; it serves the ledger that outlives a restore."""
    rows = await session.execute(select(col(Tombstone.subject_id), col(Tombstone.kind), col(Tombstone.at)))
    return {row[0]: (row[1], row[2]) for row in rows}


async def without_row(session: AsyncSession, file_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some stored files have no row."""
    known = select(col(StoredFile.id)).where(one_of(col(StoredFile.id), file_ids))
    return set(file_ids) - set(await session.scalars(known))
