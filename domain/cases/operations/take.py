"""Take one step of the workflow: the only way in which a case changes."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Deadline
from domain.cases import events, rules
from domain.cases.inputs import StepInput
from domain.cases.models import Attachment
from domain.cases.operations import clocks, effects, matter
from domain.cases.operations.act import Act, beside
from domain.cases.queries import conflict, family, limits, processes, reach, receiving, situation
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action, Guard, Need, Status
from domain.kernel import outbox
from domain.kernel.actor import Actor
from domain.kernel.flow import taking
from domain.kernel.models import StoredFile
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
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
    """Move a case one step along its workflow; what it refuses stands at the kit's `take`."""
    act = await taking.take(ROOM, session, actor, key=number, action=action, given=given, at=at, version=version)
    return CaseSummary.of(act.case)


async def _fetch(session: AsyncSession, actor: Actor, number: str, given: StepInput, at: datetime) -> Act:
    case = await reach.lock(session, actor, number)
    assignments, clocks = await beside(session, case.id)
    process = await processes.of_case(session, case)
    ties = reach.bond_of(actor, case, assignments).ties
    return Act(session, actor, case, given, at, process, ties, assignments, clocks=clocks, told={"units": []})


async def _held(act: Act, wanted: AbstractSet[Guard]) -> frozenset[Guard]:
    return await situation.held(act.session, act.actor, act.case, act.assignments, act.given, at=act.at, wanted=wanted)


async def _check(act: Act) -> None:
    session, case, step, given, at = act.session, act.case, act.step, act.given, act.at
    more = await receiving.faults(session, step, given, at=at)
    if given.promise_days and Need.PROMISE in step.asks:
        fault = await limits.promise_fault(session, case, act.table.limits, given.promise_days, at=at)
        more |= {Need.PROMISE.value: fault} if fault else {}
    if Need.CHANGES in step.needs:
        whole = case.status is not Status.DRAFT
        more |= (matter.gaps_of(given) if whole else {}) | matter.faults_of(given, at=at)
    rules.check_input(step, case.kind, given, more)
    if Need.COMPLETE in step.needs:
        await matter.require_complete(session, act.actor, case)
    act.files = await _files(session, act.actor, given)
    act.detail["files"] = [{"id": str(file.id), "digest": file.digest} for file in act.files]
    if Need.RESULT in step.asks and not as_written(given.opinion):
        # one text is enough: without a note of its own the line tells the result
        act.detail["opinion"] = as_written(given.result)


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


async def _settle(act: Act, before: Status) -> None:
    case, step = act.case, act.step
    moved = step.target is not None and case.status is not before and not clocks.is_taken_back(act, None)
    if moved and case.supervision and case.supervision_link is None:
        # supervised while no clock ran: the link is over when the status moves (督办只针对环节)
        effects.end_supervision(case)
    # What the step changed is written once, after its clocks; only clocks that an effect touched are written before,
    # since they are read by their state.
    session = act.session
    if any(isinstance(one, Deadline) for one in (*session.new, *session.dirty)):
        await session.flush()
    with session.no_autoflush:
        await clocks.apply(act)


async def _traced(act: Act, seq: int) -> None:
    session, case, action = act.session, act.case, act.step.action
    for file in act.files:
        session.add(Attachment(case_id=case.id, file_id=file.id, action=action, journal_seq=seq, added_at=act.at))
    if case.city_reference and not act.actor.has(Role.CITY):
        _feed_back(act, seq)


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


ROOM = taking.Room[Act](
    fetch=_fetch,
    held=_held,
    effects=effects.EFFECTS,
    admits=lambda act: family.require_unmerged(act.session, act.actor, act.case),
    check=_check,
    settle=_settle,
    traced=_traced,
    conflict=lambda act, version: conflict.told(act.session, act.case, version),
)
