"""Take one step of the workflow: the only way in which a case changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Deadline
from domain.cases import events, policy, rules
from domain.cases.models import Assignment, Attachment, Case
from domain.cases.operations import clocks, effects, matter
from domain.cases.operations.act import Act
from domain.cases.process import STANDARD, Process
from domain.cases.queries import conflict, family, limits, processes, reach, receiving, situation
from domain.cases.schemas import CaseSummary, StepInput
from domain.cases.vocabulary import Action, Effect, Need, Status
from domain.cases.workflow import Step
from domain.kernel import journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.models import StoredFile
from domain.kernel.notify import announce
from domain.kernel.permissions import Role
from domain.kernel.refusals import ChangedMeanwhile, Invalid
from domain.kernel.words import as_written


async def take(
    session: AsyncSession,
    actor: Actor,
    *,
    number: str,
    action: Action,
    given: StepInput,
    at: datetime,
    version: int | None = None,
) -> CaseSummary:
    """Move a case one step along its workflow.

    With `version` the step is taken only if nobody changed the case since then.

    :raises NotFound: no such case within the actor's reach
    :raises NotPermitted: the actor's roles, or ties to the case, do not allow this step
    :raises ActionNotAllowed: the step does not start at this status, or its guard says no
    :raises ChangedMeanwhile: somebody else changed the case first
    :raises Invalid: an input is missing or cannot be taken
    """
    case = await reach.lock(session, actor, number)
    assignments = await reach.live_assignments(session, case.id)

    process = await processes.of_case(session, case)
    policy.require_role(actor, action, process if process.rows_of(action) else STANDARD)
    if version is not None and version != case.version:
        raise ChangedMeanwhile(await conflict.told(session, case, version))
    await family.require_unmerged(session, actor, case)
    step = await _step(session, actor, process, case, assignments, action, given, at)
    files = await _files(session, actor, given)

    act = Act(session, actor, case, step, given, at, assignments, limits=process.limits)
    before = await _change(act)

    await _leave_traces(act, before, files)
    return CaseSummary.of(case)


async def _step(
    session: AsyncSession,
    actor: Actor,
    process: Process,
    case: Case,
    assignments: list[Assignment],
    action: Action,
    given: StepInput,
    at: datetime,
) -> Step:
    bond = reach.bond_of(actor, case, assignments)
    steps = policy.permitted(actor, case.status, action, bond, process)
    wanted = {guard for step in steps for guard in step.guards}
    facts = await situation.gather(session, actor, case, assignments, given, at=at, wanted=wanted)
    step = rules.choose(steps, facts, process)
    more = await receiving.faults(session, step, given, at=at)
    if given.promise_days and Need.PROMISE in step.asks:
        fault = await limits.promise_fault(session, case, process.limits, given.promise_days, at=at)
        more |= {Need.PROMISE.value: fault} if fault else {}
    if Need.CHANGES in step.needs:
        whole = case.status is not Status.DRAFT
        more |= (matter.gaps_of(given) if whole else {}) | matter.faults_of(given, at=at)
    rules.check_input(step, facts, given, more)
    if Need.COMPLETE in step.needs:
        await matter.require_complete(session, actor, case)
    return step


async def _change(act: Act) -> Status:
    case, step = act.case, act.step
    before = case.status
    for effect in step.effects:
        await effects.of(effect)(act)
    target = step.target or case.previous_status or before
    # an urge or a report while a request waits must not forget where its refusal leads back to
    if Effect.REQUEST in step.effects:
        case.previous_status = before
    elif target is not before:
        case.previous_status = None
    moved = step.target is not None and target is not before and not clocks.is_taken_back(act, None)
    if moved and case.supervision and case.supervision_link is None:
        # supervised while no clock ran: the link is over when the status moves (督办只针对环节)
        effects.end_supervision(case)
    case.status = target
    case.version += 1
    case.updated_at = act.at
    await _run_clocks(act)
    return before


async def _run_clocks(act: Act) -> None:
    # What the step changed is written once, after its clocks; only clocks that an effect touched are written before,
    # since they are read by their state.
    session = act.session
    if any(isinstance(one, Deadline) for one in (*session.new, *session.dirty)):
        await session.flush()
    with session.no_autoflush:
        await clocks.apply(act)


async def _files(session: AsyncSession, actor: Actor, given: StepInput) -> list[StoredFile]:
    # The pictures must be the actor's own and not bound to another step.
    if not given.attachments:
        return []
    bound = select(Attachment.file_id).where(col(Attachment.file_id).in_(given.attachments))
    query = select(StoredFile).where(
        col(StoredFile.id).in_(given.attachments),
        col(StoredFile.uploaded_by) == actor.account_id,
        col(StoredFile.id).not_in(bound),
    )
    # held until the commit, so that retention does not take an old one away under the step
    held = query.with_for_update(read=True, key_share=True)
    found = {file.id: file for file in await session.scalars(held)}
    if len(found) < len(set(given.attachments)):
        raise Invalid.of({"attachments": "有图片不存在或已用于其他步骤，请重新上传"})
    return [found[file_id] for file_id in dict.fromkeys(given.attachments)]


async def _leave_traces(act: Act, before: Status, files: list[StoredFile]) -> None:
    session, case, step = act.session, act.case, act.step
    detail = {
        "row": step.row,
        "number": case.number,
        "from": before.value,
        "to": case.status.value,
        "version": case.version,
        # one text is enough: without a note of its own the line tells the result
        "opinion": as_written(act.given.opinion) or (as_written(act.given.result) if Need.RESULT in step.asks else ""),
        "files": [{"id": str(file.id), "digest": file.digest} for file in files],
        **act.detail,
    }
    entry = await journal.record(
        session, act.actor, f"case.{step.action.value}", "case", case.id, at=act.at, detail=detail
    )
    for file in files:
        _bind(session, case.id, file, step.action, entry.seq, act.at)
    payload = {
        "number": case.number,
        "row": step.row,
        "from": before.value,
        "to": case.status.value,
        "journal": entry.seq,
        "units": act.told_units,
    }
    outbox.publish(session, f"case.{step.action.value}", case.id, payload, at=act.at)
    if case.city_reference and not act.actor.has(Role.CITY):
        _feed_back(act, entry.seq)
    await announce(session, "case", case.id, number=case.number, action=step.action.value)


def _feed_back(act: Act, seq: int) -> None:
    """Every transition of a case that the city knows is told to the city (row 49)."""
    case = act.case
    payload = {
        "number": case.number,
        "city_reference": case.city_reference,
        "action": act.step.action.value,
        "node": events.node_of(act.step.action, case.status),
        "journal": seq,
    }
    outbox.publish(act.session, "city.feedback", case.id, payload, at=act.at)


def _bind(session: AsyncSession, case_id: UUID, file: StoredFile, action: Action, seq: int, at: datetime) -> None:
    session.add(Attachment(case_id=case_id, file_id=file.id, action=action, journal_seq=seq, added_at=at))
