"""Writes: ask for an export, work on it part by part, cancel it, go on with it, take its file, let it go."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.exports import policy, queries, rules
from domain.exports.models import ExportJob, State
from domain.exports.schemas import Part
from domain.kernel import crypto, file_sealing, journal, outbox, parts
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.refusals import ActionNotAllowed, NotFound, Refusal
from domain.orgs import queries as orgs
from domain.people import queries as people
from domain.people.policy import Purpose

ENDED = "export.ended"
"""The topic of the outbox under which its person is told."""
CHANGED = "export"
"""What is announced when an export got on."""
_LOST = "导出文件已丢失或损坏，请重新导出"
_log = structlog.get_logger(__name__)


async def ask(session: AsyncSession, actor: Actor, wanted: CaseFilter, filters: Sequence[str], *, at: datetime) -> UUID:
    """Ask for an export that is too long for an answer.

    :param filters: the names of what narrows it, for the journal
    :raises NotPermitted: the actor may not export
    :raises ActionNotAllowed: enough of the actor's exports wait
    :raises Invalid: a filter names something that does not exist
    """
    policy.require(actor)
    if await queries.open_of(session, actor) >= rules.AT_ONCE:
        raise ActionNotAllowed(f"您已有 {rules.AT_ONCE} 个导出在进行，请等待完成，或在“导出记录”中取消后再导出")
    await listing.count(session, actor, wanted, 1, at=at)

    job_id = new_id()
    job = ExportJob(
        id=job_id,
        account_id=actor.account_id,
        stands_for=actor.stands_for,
        seen_as=policy.seen_as(actor, await people.field_rules(session)),
        wanted_sealed=crypto.seal("export_job", "wanted", job_id, rules.as_text(wanted)),
        said=await queries.words_of(session, wanted),
        filters=sorted(filters),
        asked_at=at,
        key_sealed=crypto.seal("export_job", "key", job_id, file_sealing.new_key().hex()),
    )
    session.add(job)

    await journal.record(
        session, actor, "export.ask", "account", actor.account_id, at=at, detail={"filters": job.filters}
    )
    await announce(session, CHANGED, job.id)
    return job.id


async def take_up(session: AsyncSession, job_id: UUID, *, at: datetime) -> bool:
    """Take up an export for a process; false where it does not get on, however often one did."""
    job = await _lock(session, job_id)
    if job is None or job.state not in rules.OPEN:
        return False
    job.state, job.attempts = State.RUNNING, job.attempts + 1
    if job.attempts > rules.MOST_ATTEMPTS:
        await _end(session, job, State.FAILED, rules.STOPPED, at)
        return False
    await announce(session, CHANGED, job.id)
    return True


async def read_part(session: AsyncSession, job_id: UUID, *, at: datetime) -> Part | None:
    """Read the next rows of an export as its person sees them; none where it is not to go on."""
    job = await _lock(session, job_id)
    if job is None or job.state is not State.RUNNING or job.wanted_sealed is None:
        return None
    wanted = rules.from_text(crypto.unseal("export_job", "wanted", job.id, job.wanted_sealed))
    try:
        actor = await _person(session, job, at)
        if not job.total:
            job.total = await listing.count(session, actor, wanted, rules.MOST + 1, at=job.asked_at)
        if job.total > rules.MOST:
            raise ActionNotAllowed(rules.TOO_MANY)
        rows = await listing.behind(
            session, actor, wanted, at=job.asked_at, beyond=job.last_id, most=rules.PART, purpose=Purpose.EXPORT
        )
    except Refusal as refusal:
        _forget(job)
        await _end(session, job, State.FAILED, refusal.message, at)
        return None
    return Part(job.id, actor, job.asked_at, job.rows, rows, _key(job))


async def note_part(session: AsyncSession, part: Part) -> None:
    """Note that the rows of a part are written; in the transaction that read them."""
    job = await session.get_one(ExportJob, part.job_id)
    job.rows, job.last_id, job.attempts = part.first + len(part.rows), part.rows[-1].id, 0
    job.total = max(job.total, job.rows)
    await announce(session, CHANGED, job.id)


async def note_done(session: AsyncSession, job_id: UUID, size: int, *, at: datetime) -> None:
    """Note that the file is written, unless the export was cancelled meanwhile."""
    job = await _lock(session, job_id)
    if job is not None and job.state is State.RUNNING:
        job.size, job.total = size, job.rows
        await _end(session, job, State.DONE, "", at)


async def note_failure(session: AsyncSession, job_id: UUID, *, lost: bool = False, at: datetime) -> None:
    """Note that a process met a fault; its person may have it go on, unless parts of it are `lost`."""
    job = await _lock(session, job_id)
    if job is not None and job.state is State.RUNNING:
        if lost:
            _forget(job)
        await _end(session, job, State.FAILED, _LOST if lost else rules.STOPPED, at)


async def cancel(session: AsyncSession, actor: Actor, job_id: UUID, *, at: datetime) -> None:
    """Cancel an export of one's own; what is written of it is lost.

    :raises NotPermitted: the actor may not export
    :raises NotFound: no such export of this person
    :raises ActionNotAllowed: it is over
    """
    job = await queries.own_job(session, actor, job_id)
    if job.state not in {*rules.OPEN, State.FAILED}:
        raise ActionNotAllowed(f"这次导出{job.state.label}，不能取消")
    job.state, job.ended_at = State.CANCELLED, at
    _forget(job)
    await announce(session, CHANGED, job.id)


async def go_on(session: AsyncSession, actor: Actor, job_id: UUID) -> None:
    """Have an export of one's own that was broken off go on where it was.

    :raises NotPermitted: the actor may not export, or sees otherwise than before
    :raises NotFound: no such export of this person
    :raises ActionNotAllowed: it was not broken off, or nothing is left of it
    """
    job = await queries.own_job(session, actor, job_id)
    if job.state is not State.FAILED or job.key_sealed is None:
        raise ActionNotAllowed("这次导出不能继续，请重新导出")
    policy.require_same(actor, job, await people.field_rules(session))
    job.state, job.attempts, job.fault, job.ended_at = State.WAITING, 0, "", None
    await announce(session, CHANGED, job.id)


async def take(session: AsyncSession, actor: Actor, job_id: UUID, *, at: datetime) -> bytes:
    """Give the file of an export of one's own, and write down that it was taken.

    :raises NotPermitted: the actor may not export, or sees otherwise than when it was made
    :raises NotFound: no such export of this person, or its file is lost
    :raises ActionNotAllowed: there is no file yet, or no more
    """
    job = await queries.own_job(session, actor, job_id)
    policy.require_same(actor, job, await people.field_rules(session))
    if job.state is not State.DONE or job.ended_at is None or at >= job.ended_at + rules.KEPT:
        raise ActionNotAllowed("这次导出没有可下载的文件：尚未完成，或已过 24 小时")
    try:
        content = await asyncio.to_thread(parts.read, job.id, parts.WHOLE, _key(job))
    except (FileNotFoundError, crypto.CannotOpen):
        _log.exception("export.lost", export=str(job.id))
        raise NotFound(_LOST) from None

    job.taken_at = at

    detail = {"rows": job.rows, "filters": job.filters}
    await journal.record(session, actor, "case.export", "account", actor.account_id, at=at, detail=detail)
    await announce(session, CHANGED, job.id)
    return content


async def let_go(session: AsyncSession, *, at: datetime) -> None:
    """Destroy the keys of what was kept long enough, and forget exports of long ago."""
    over = (col(ExportJob.ended_at) <= at - rules.KEPT, col(ExportJob.key_sealed).is_not(None))
    for job in await session.scalars(select(ExportJob).where(*over).with_for_update(skip_locked=True)):
        _forget(job)
        if job.state is State.DONE:
            job.state = State.EXPIRED
        await announce(session, CHANGED, job.id)
    await session.execute(delete(ExportJob).where(col(ExportJob.asked_at) <= at - rules.RECORDED))


async def _person(session: AsyncSession, job: ExportJob, at: datetime) -> Actor:
    actor = await orgs.person_again(session, job.account_id, job.stands_for, at=at)
    return policy.require_same(actor, job, await people.field_rules(session))


async def _lock(session: AsyncSession, job_id: UUID) -> ExportJob | None:
    return (await session.scalars(select(ExportJob).where(col(ExportJob.id) == job_id).with_for_update())).one_or_none()


async def _end(session: AsyncSession, job: ExportJob, state: State, fault: str, at: datetime) -> None:
    job.state, job.fault, job.ended_at = state, fault, at
    told = {"account": str(job.account_id), "state": state.value, "rows": job.rows}
    outbox.publish(session, ENDED, job.id, told, at=at)
    await announce(session, CHANGED, job.id)


def _forget(job: ExportJob) -> None:
    # whatever lies of it in the folder can be opened by nobody from now on
    job.key_sealed = job.wanted_sealed = None


def _key(job: ExportJob) -> bytes:
    return bytes.fromhex(crypto.unseal("export_job", "key", job.id, job.key_sealed))
