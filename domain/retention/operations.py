"""Writes: set a rule, hold a case, run a batch, apply tombstones again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.operations import expiry
from domain.kernel import drafts, idempotency, journal
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from domain.kernel.words import text_fault
from domain.notices import operations as notices
from domain.orgs.operations.forgetting import forget_sessions, forget_steps
from domain.people import operations as people
from domain.retention import queries, rules
from domain.retention.models import Kind, LegalHold, RetentionRule, Tombstone
from domain.retention.rules import STANDARDS
from domain.retention.schemas import Batch, HoldView, RuleView
from domain.tracking import operations as tracking

_LONG = timedelta(days=36500)


async def set_rule(
    session: AsyncSession,
    actor: Actor,
    kind: Kind,
    *,
    days: int,
    active: bool,
    note: str,
    at: datetime,
    seen: int | None = None,
) -> RuleView:
    """Set how long a kind is kept, from now on; the rule before it is ended.

    `seen`: how many rows the preview of this period showed; what is personal is switched on with it alone.

    :raises NotPermitted: the actor does not manage retention
    :raises Invalid: the kind is fixed, the days are out of bounds, or no basis is given
    :raises ChangedMeanwhile: there was no preview of this period, or it shows another number by now
    """
    actor.require(Permission.RETENTION_MANAGE)
    faults = rules.faults_of(kind, days, note)
    if faults:
        raise Invalid.of(faults)
    if active and kind in rules.PERSONAL:
        found = await queries.preview(session, actor, kind, days=days, at=at)
        if seen != found.count:
            raise ChangedMeanwhile(f"按这个期限现有 {found.count} 项到期，与预览不符；请重新预览后再启用")
    before = await queries.in_force(session, kind)

    kept = await session.get(RetentionRule, before.id, with_for_update=True) if before.id else None
    if kept is not None:
        kept.ended_at = at
        await session.flush()
    rule = RetentionRule(
        kind=kind, days=days, action=STANDARDS[kind].action, active=active, note=note.strip(), set_by=actor.account_id,
        set_at=at,
    )  # fmt: skip
    session.add(rule)

    said = {"kind": kind.value, "days": [before.days, days], "active": [before.active, active], "note": rule.note}
    await journal.record(session, actor, "retention.set", "retention", queries.SUBJECT, at=at, detail=said)
    return queries.rule_view(rule)


async def hold(session: AsyncSession, actor: Actor, *, number: str, reason: str, at: datetime) -> HoldView:
    """Keep a case whatever the rules say, until the hold is ended.

    :raises NotPermitted: the actor does not manage retention
    :raises NotFound: there is no such case
    :raises Invalid: no reason
    :raises ActionNotAllowed: it is on hold
    """
    actor.require(Permission.RETENTION_MANAGE)
    fault = text_fault("保留原因", reason, most=rules.MAX_NOTE, least=rules.MIN_REASON)
    if fault:
        raise Invalid.of({"reason": fault})
    case_id = await queries.case_of(session, number)
    if case_id in await queries.held_ids(session):
        raise ActionNotAllowed("这件已在法定保留中")

    row = LegalHold(case_id=case_id, reason=reason.strip(), set_by=actor.account_id, set_at=at)
    session.add(row)

    await journal.record(session, actor, "retention.hold", "case", case_id, at=at, detail={"note": row.reason})
    return HoldView(row.id, number.strip().upper(), row.reason, row.set_by, row.set_at, None, None)


async def end_hold(session: AsyncSession, actor: Actor, *, hold_id: UUID, reason: str, at: datetime) -> None:
    """End a hold; the rules apply to the case again.

    :raises NotPermitted: the actor does not manage retention
    :raises NotFound: no such hold in force
    :raises Invalid: no reason
    """
    actor.require(Permission.RETENTION_MANAGE)
    fault = text_fault("解除原因", reason, most=rules.MAX_NOTE, least=rules.MIN_REASON)
    if fault:
        raise Invalid.of({"reason": fault})
    query = select(LegalHold).where(col(LegalHold.id) == hold_id, col(LegalHold.ended_at).is_(None)).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    if row is None:
        raise NotFound("没有这项法定保留，或已解除")

    row.ended_at, row.ended_by = at, actor.account_id

    detail = {"note": reason.strip()}
    await journal.record(session, actor, "retention.release", "case", row.case_id, at=at, detail=detail)


async def run_batch(
    session: AsyncSession, actor: Actor, kind: Kind, *, at: datetime, limit: int = rules.BATCH
) -> Batch:
    """End some of what is over of a kind, and answer what it did; nothing when the rule is off.

    :raises NotPermitted: neither the clock nor the security administrator asks
    """
    if not actor.has(Role.CLOCK):
        actor.require(Permission.RETENTION_MANAGE)
    rule = await queries.in_force(session, kind)
    if not rule.active or kind is Kind.CARD:
        return Batch(0)

    done = await _end(session, rule, limit, at)
    if not done.count:
        return done
    await _bury(session, kind, done.persons, rule.id, at)

    said = {"kind": kind.value, "days": rule.days, "action": rule.action.label, "count": done.count}
    if rule.kind in rules.PERSONAL:
        said["persons"] = len(done.persons)
    await journal.record(session, actor, "retention.run", "retention", queries.SUBJECT, at=at, detail=said)
    return done


async def _end(session: AsyncSession, rule: RuleView, limit: int, at: datetime) -> Batch:
    before = rules.before_of(rule.days, at)
    if rule.kind is Kind.CASE:
        held = await queries.held_ids(session)
        return Batch(*await expiry.expire_cases(session, before=before, held=held, limit=limit, at=at))
    if rule.kind is Kind.VISITOR:
        return Batch(*await expiry.expire_visitors(session, before=before, limit=limit, at=at))
    if rule.kind is Kind.UPLOAD:
        files = await expiry.expire_files(session, before=before, limit=limit)
        return Batch(len(files), files=files)
    if rule.kind in _IN_BATCHES:
        return Batch(await _IN_BATCHES[rule.kind](session, before, limit))
    return Batch(await _at_once(session, rule, at))


async def _at_once(session: AsyncSession, rule: RuleView, at: datetime) -> int:
    keep = timedelta(days=rule.days)
    if rule.kind is Kind.CODE:
        return await tracking.forget(session, at=at, keep=keep) + await forget_steps(session, at - keep)
    if rule.kind is Kind.NOTICE_READ:
        return await notices.forget(session, at=at, keep_read=keep, keep_unread=_LONG)
    if rule.kind is Kind.NOTICE:
        return await notices.forget(session, at=at, keep_read=_LONG, keep_unread=keep)
    await people.forget_counts(session, at=at)
    await notices.forget(session, at=at, keep_read=_LONG, keep_unread=_LONG)
    return 0


async def _drafts(session: AsyncSession, before: datetime, limit: int) -> int:
    return await drafts.forget_old(session, before, limit=limit)


async def _answers(session: AsyncSession, before: datetime, limit: int) -> int:
    return await idempotency.forget_old(session, before, limit=limit)


async def _messages(session: AsyncSession, before: datetime, limit: int) -> int:
    return await notices.forget_messages(session, before, limit=limit)


async def _sessions(session: AsyncSession, before: datetime, limit: int) -> int:
    return await forget_sessions(session, before, limit=limit)


_IN_BATCHES: Mapping[Kind, Callable[[AsyncSession, datetime, int], Awaitable[int]]] = {
    Kind.DRAFT: _drafts,
    Kind.ANSWER: _answers,
    Kind.MESSAGE: _messages,
    Kind.SESSION: _sessions,
}


async def _bury(session: AsyncSession, kind: Kind, persons: Iterable[UUID], rule_id: UUID | None, at: datetime) -> None:
    rows = [{"subject_id": person, "kind": kind, "rule_id": rule_id, "at": at} for person in persons]
    if rows:
        await session.execute(insert(Tombstone).values(rows).on_conflict_do_nothing())


async def reapply(
    session: AsyncSession, actor: Actor, buried: Mapping[UUID, tuple[Kind, datetime]], *, at: datetime
) -> int:
    """Make anonymous again whom an older backup brought back, and answer how many there were.

    `buried` is what the ledger outside the database remembers: persons, kinds and moments.

    :raises NotPermitted: neither the clock nor the security administrator asks
    """
    if not actor.has(Role.CLOCK, Role.SECADMIN):
        raise NotPermitted("只有安全管理员可以重新匿名")
    persons = await people.anonymise(session, buried, at=at)
    for person, (kind, moment) in buried.items():
        await _bury(session, kind, (person,), None, moment)
    if persons:
        said = {"count": len(persons), "persons": len(persons)}
        await journal.record(session, actor, "retention.reapply", "retention", queries.SUBJECT, at=at, detail=said)
    return len(persons)
