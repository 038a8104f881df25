"""Writes: refusals, searches and exports as lines; anchors; alarms and their closing; verification."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit import notes, queries, rules
from domain.audit.models import AuditAlarm, AuditCursor, CaseReading, JournalAnchor
from domain.audit.rules import Alarm
from domain.audit.schemas import AlarmKind, ChainState, Source
from domain.kernel import anchors, chain, journal, sealer
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.anchors import Entry, Restored, in_force, set_aside
from domain.kernel.chain import Anchored
from domain.kernel.clock import local_date
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry, JournalSeal
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.kernel.words import text_fault
from domain.orgs import policy_values
from domain.orgs.rules import SecurityValues

CURSOR = "alarms"
BATCH = 5000
"""New lines looked at in one scan; what is more waits for the next."""
_MOST_LINES = 5000


async def note_refusal(session: AsyncSession, actor: Actor, where: str, *, at: datetime, more: int = 0) -> None:
    """Write down that an act was refused: who, where, and how many more went unwritten.

    `where` names a route or a page, never what was sent.
    """
    detail: dict[str, object] = {"where": where[:80]}
    if more:
        detail["more"] = more
    await journal.record(session, actor, "access.refused", "account", actor.account_id, at=at, detail=detail)


async def note_search(session: AsyncSession, actor: Actor, fields: Collection[str], *, at: datetime) -> None:
    """Write down that somebody searched by personal fields: which, never for what."""
    detail = {"fields": sorted(fields)}
    await journal.record(session, actor, "person.search", "account", actor.account_id, at=at, detail=detail)


async def note_export(
    session: AsyncSession, actor: Actor, what: str, rows: int, *, at: datetime, filters: Sequence[str] = ()
) -> None:
    """Write down an export or a print: what, how many rows, by which kinds of filters."""
    detail = {"rows": rows, "filters": sorted(filters)}
    await journal.record(session, actor, what, "account", actor.account_id, at=at, detail=detail)


async def note_print(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> None:
    """Write down that an acceptance slip was printed; among the steps of the case it does not stand."""
    await journal.record(session, actor, "case.slip", "account", actor.account_id, at=at, detail={"number": number})


async def anchor(session: AsyncSession, *, at: datetime, kept: Collection[Anchored] = ()) -> Anchored | None:
    """Keep the last place and its seal as today's anchor; none for an empty journal.

    A later one of the same day does not replace the first: both stand in the file outside. Where an anchor of
    that file (`kept`) is about a later place the journal was cut: nothing is anchored, and an alarm is raised.
    """
    last = await last_place(session)
    cut = max((one.place for one in kept), default=0)
    if cut > (last.place if last else 0):
        await _alarm_of_chain(session, f"第 {last.place if last else 0} 条之后的记录被删除，锚点曾到第 {cut} 条", at)
        return None
    if last is None:
        return None
    row = {"day": local_date(at), "place": last.place, "seal": last.seal, "made_at": at}
    await session.execute(insert(JournalAnchor).values(row).on_conflict_do_nothing())
    return last


async def last_place(session: AsyncSession) -> Anchored | None:
    """Give the end of the chain; lines that have no place yet are not in it."""
    query = select(col(JournalSeal.place), col(JournalSeal.seal)).order_by(col(JournalSeal.place).desc()).limit(1)
    last = (await session.execute(query)).first()
    return Anchored(last.place, last.seal) if last else None


async def note_restore(
    session: AsyncSession, actor: Actor, source: Source, *, brought: int, at: datetime, kept: Sequence[Entry] = ()
) -> tuple[int, Restored]:
    """Write that the database was brought back from a backup, as its first line since, and raise an alarm.

    Every line of the backup has its place by now. The answer is the number of the line, and what goes into the file
    of anchors with the place that it gets.

    :param brought: the last place that the backup held itself; what it held beyond got its place here
    :param kept: what that file holds
    """
    found = await _last_and_seals(session, kept)
    began = [restored.kept for _, restored in kept if restored]
    restored = set_aside(kept, found.seals, kept=found.last, above=min(began, default=brought))
    return await _note_restore(session, actor, source, restored, in_force(kept), at), restored


async def note_restore_elsewhere(
    session: AsyncSession, actor: Actor, source: Source, *, at: datetime, kept: Sequence[Entry] = ()
) -> tuple[int, Restored]:
    """Write that the database was brought back by its own tools, which wrote no line themselves.

    :raises Invalid: no reason
    :raises ActionNotAllowed: journal and anchors agree, so nothing was brought back
    """
    require_reason(source)
    found, held = await _last_and_seals(session, kept), in_force(kept)
    if all(found.seals.get(one.place) == one.seal for one in held):
        raise ActionNotAllowed("锚点与审计日志相符，没有需要说明的恢复")
    agrees = max((one.place for one in held if found.seals.get(one.place) == one.seal), default=0)
    restored = set_aside(kept, found.seals, kept=found.last, above=agrees)
    return await _note_restore(session, actor, source, restored, held, at), restored


def require_reason(source: Source) -> None:
    """Make sure that somebody says why the database was brought back.

    :raises Invalid: no reason
    """
    if fault := text_fault("说明", source.reason, most=200):
        raise Invalid.of({"reason": fault})


async def _note_restore(
    session: AsyncSession, actor: Actor, source: Source, restored: Restored, held: Sequence[Anchored], at: datetime
) -> int:
    was = max([source.was, *(one.place for one in held)])
    detail: dict[str, object] = {"backup": source.digest, "made_at": source.made_at, "place": source.place}
    detail |= {"kept": restored.kept, "was": was, "reason": source.reason.strip()}
    line = await journal.record(session, actor, notes.RESTORE, "journal", SYSTEM_ID, at=at, detail=detail)
    await _raise(session, SYSTEM_ID, [Alarm(AlarmKind.RESTORED, at, 1, detail)], at)
    await announce(session, "alarm", SYSTEM_ID)
    return line.seq


@dataclass(frozen=True, slots=True)
class _Found:
    last: int
    seals: Mapping[int, bytes]


async def _last_and_seals(session: AsyncSession, kept: Sequence[Entry]) -> _Found:
    """Give the last place, and the seals of the places that anchors tell of."""
    last = await last_place(session)
    query = select(col(JournalSeal.place), col(JournalSeal.seal))
    told = await session.execute(query.where(col(JournalSeal.place).in_({made.place for made, _ in kept})))
    return _Found(last.place if last else 0, {row.place: row.seal for row in told})


async def scan(session: AsyncSession, *, at: datetime) -> int:
    """Look through the new lines for alarms and answer how many it raised.

    A scan that is repeated, or runs twice at once, raises nothing twice.
    """
    cursor = await _cursor(session)
    last = await last_place(session)
    upto = min(last.place if last else 0, cursor.place + BATCH)
    values = await policy_values.of(session)
    raised = 0
    for account_id in await _who_acted(session, cursor.place, upto):
        lines = await _recent(session, account_id, at)
        raised += await _raise(session, account_id, rules.alarms_of(lines, values), at)
    cursor.place = upto
    raised += await _look_at_readings(session, values, at)
    if raised:
        await announce(session, "alarm", SYSTEM_ID)
    return raised


async def _who_acted(session: AsyncSession, after: int, upto: int) -> set[UUID]:
    """Give who wrote watched lines at those places, or lines that have none yet: those are looked at again."""
    accounts = select(col(JournalEntry.actor_id)).where(
        col(JournalEntry.action).in_(rules.WATCHED), col(JournalEntry.actor_id) != SYSTEM_ID
    )
    at_places = (col(JournalSeal.place) > after) & (col(JournalSeal.place) <= upto)
    placed = accounts.join(JournalSeal, col(JournalSeal.seq) == col(JournalEntry.seq)).where(at_places)
    return {
        *(await session.scalars(placed.distinct())),
        *(await session.scalars(accounts.where(sealer.unsealed()).distinct())),
    }


async def newest_unsealed(session: AsyncSession) -> int | None:
    """Give the newest line that has no place in the chain yet."""
    return await session.scalar(select(func.max(col(JournalEntry.seq))).where(sealer.unsealed()))


async def is_unsealed(session: AsyncSession, seq: int) -> bool:
    """Tell whether a line still has no place in the chain."""
    query = select(col(JournalEntry.seq)).where(sealer.unsealed(), col(JournalEntry.seq) == seq)
    return await session.scalar(query) is not None


async def raise_unsealed(session: AsyncSession, seq: int, *, at: datetime) -> None:
    """Raise the alarm that lines wait for their places, once an hour."""
    if await _raise(session, SYSTEM_ID, [Alarm(AlarmKind.UNSEALED, rules.hour_of(at), 1, {"line": seq})], at):
        await announce(session, "alarm", SYSTEM_ID)


async def note_reading(session: AsyncSession, actor: Actor, case_id: UUID, *, at: datetime) -> None:
    """Note that a person opened a case, or read it whole by the interface."""
    row = {"account_id": actor.account_id, "case_id": case_id, "day": local_date(at), "at": at}
    await session.execute(insert(CaseReading).values(row).on_conflict_do_nothing())


async def _look_at_readings(session: AsyncSession, values: SecurityValues, at: datetime) -> int:
    await session.execute(delete(CaseReading).where(col(CaseReading.at) < rules.since(at)))
    many = (
        select(col(CaseReading.account_id))
        .group_by(col(CaseReading.account_id))
        .having(func.count() >= values.cases_alarm)
    )
    raised = 0
    for account_id in await session.scalars(many):
        query = (
            select(CaseReading).where(col(CaseReading.account_id) == account_id).order_by(col(CaseReading.at).desc())
        )
        readings = list(await session.scalars(query.limit(_MOST_LINES)))
        raised += await _raise(session, account_id, rules.mass_openings(readings, values), at)
    return raised


async def _cursor(session: AsyncSession) -> AuditCursor:
    await session.execute(
        insert(AuditCursor).values(name=CURSOR, place=0, verified_lines=0, fault="").on_conflict_do_nothing()
    )
    return (await session.scalars(select(AuditCursor).where(col(AuditCursor.name) == CURSOR).with_for_update())).one()


async def _recent(session: AsyncSession, account_id: UUID, at: datetime) -> list[JournalEntry]:
    query = (
        select(JournalEntry)
        .where(
            col(JournalEntry.actor_id) == account_id,
            col(JournalEntry.at) >= rules.since(at),
            col(JournalEntry.action).in_(rules.WATCHED),
        )
        .order_by(col(JournalEntry.seq).desc())
        .limit(_MOST_LINES)
    )
    return list(await session.scalars(query))


async def _raise(session: AsyncSession, account_id: UUID, alarms: Collection[Alarm], at: datetime) -> int:
    """One row for a rule, account and window; while it is open its count grows."""
    raised = 0
    for alarm in alarms:
        detail = {**alarm.detail, "count": alarm.count}
        row = {
            "id": new_id(), "kind": alarm.kind, "account_id": account_id, "window_at": alarm.window_at, "at": at,
            "detail": detail, "note": "",
        }  # fmt: skip
        statement = insert(AuditAlarm).values(row)
        again = statement.on_conflict_do_update(
            index_elements=["kind", "account_id", "window_at"],
            set_={"detail": detail},
            where=col(AuditAlarm.seen_at).is_(None) & (col(AuditAlarm.detail) != detail),
        )
        found = await session.scalar(again.returning(col(AuditAlarm.id)))
        raised += found is not None
    return raised


async def acknowledge(session: AsyncSession, actor: Actor, alarm_id: UUID, note: str, *, at: datetime) -> None:
    """Close an alarm with what was found out.

    :raises NotPermitted: the actor does not audit
    :raises NotFound: there is no such alarm
    :raises ActionNotAllowed: it was closed before, or is about the actor
    :raises Invalid: no note
    """
    actor.require(Permission.JOURNAL_AUDIT)
    if fault := text_fault("处理情况", note, most=500):
        raise Invalid.of({"note": fault})
    alarm = await session.get(AuditAlarm, alarm_id, with_for_update=True)
    if alarm is None:
        raise NotFound("没有这条告警")
    if alarm.seen_at is not None:
        raise ActionNotAllowed("这条告警已处理")
    if alarm.account_id == actor.account_id:
        raise ActionNotAllowed("涉及本人的告警须由另一位审计管理员处理")
    alarm.seen_at, alarm.seen_by, alarm.note = at, actor.account_id, note.strip()
    await journal.record(
        session, actor, "audit.alarm_closed", "alarm", alarm.id, at=at, detail={"kind": alarm.kind.value}
    )
    await announce(session, "alarm", alarm.id)


async def _alarm_of_chain(session: AsyncSession, fault: str, at: datetime) -> None:
    if await _raise(session, SYSTEM_ID, [Alarm(AlarmKind.CHAIN, rules.hour_of(at), 1, {"fault": fault})], at):
        await announce(session, "alarm", SYSTEM_ID)


async def raise_clock(session: AsyncSession, fault: str, *, at: datetime) -> None:
    """Raise the alarm of a clock that is not believed, once an hour for one doubt."""
    if await _raise(session, SYSTEM_ID, [Alarm(AlarmKind.CLOCK, rules.hour_of(at), 1, {"fault": fault})], at):
        await announce(session, "alarm", SYSTEM_ID)


async def raise_figures(session: AsyncSession, wrong: int, *, at: datetime) -> None:
    """Raise the alarm of sums that were not what the cases say."""
    if await _raise(session, SYSTEM_ID, [Alarm(AlarmKind.FIGURES, rules.hour_of(at), wrong)], at):
        await announce(session, "alarm", SYSTEM_ID)


async def verify(session: AsyncSession, actor: Actor, *, at: datetime) -> ChainState:
    """Walk the journal, compare it with the anchors inside and outside, and keep what it found.

    A chain that does not hold raises an alarm.

    :raises NotPermitted: the actor does not audit
    """
    actor.require(Permission.JOURNAL_AUDIT)
    own = await session.execute(select(col(JournalAnchor.place), col(JournalAnchor.seal)))
    elsewhere, _ = await asyncio.to_thread(anchors.read)
    verdict = await chain.examine(session, [*(Anchored(row.place, row.seal) for row in own), *elsewhere])
    cursor = await _cursor(session)
    cursor.verified_at, cursor.verified_lines, cursor.fault = at, verdict.count, verdict.fault
    if verdict.fault:
        await _alarm_of_chain(session, verdict.fault, at)
    detail = {"rows": verdict.count, "why": verdict.fault}
    await journal.record(session, actor, "audit.verify", "journal", SYSTEM_ID, at=at, detail=detail)
    return await queries.chain_state(session, actor)


async def due_for_anchor(session: AsyncSession, *, at: datetime) -> bool:
    """Tell whether today's anchor is still missing."""
    made = await session.scalar(select(func.max(col(JournalAnchor.day))))
    return made is None or made < local_date(at)
