"""What a step does besides moving the status: one function for each effect of the table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.calendar.models import Link
from domain.cases.models import Assignment, AssignmentState, Case, Copy, Outcome, Part
from domain.cases.operations import answer, clocks, matter
from domain.cases.operations.act import Act
from domain.cases.queries import processes
from domain.cases.vocabulary import Action, Effect, Need, Status
from domain.kernel import crypto
from domain.kernel.ids import new_token
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from domain.kernel.words import as_written
from domain.orgs import queries as orgs
from domain.people import rules as people_rules


async def _submit(act: Act) -> None:
    case = act.case
    case.submitted_at = act.at
    give_code(case)
    await _bind(act)


async def _bind(act: Act) -> None:
    """Bind the case to the process of its category; the clocks of this very step run on its limits."""
    act.case.process_id = await processes.enabled_for(act.session, act.case.category)
    act.table = await processes.of_case(act.session, act.case)


def give_code(case: Case) -> None:
    """Give a case its tracking code (一事一码): a secret, sealed."""
    token = new_token(128)
    case.tracking_digest = crypto.digest(token)
    case.tracking_sealed = crypto.seal("case_file", "tracking", case.id, token)


async def _change(act: Act) -> None:
    act.detail["changes"] = changes = await matter.put(act.session, act.case, act.given, at=act.at)
    if not changes and act.step.action is Action.RESUBMIT:
        raise Invalid.of({"changes": "没有任何修改：请按驳回意见补充后再提交"})
    if "category" in changes and act.case.status is not Status.DRAFT:
        # not dispatched yet: another category may be bound to another process
        await _bind(act)


async def _assign(act: Act) -> None:
    # only what the step asks counts: its guards looked at nothing else
    asks, given = act.step.asks, act.given
    code, name = (given.lead_department, "lead_department") if Need.LEAD in asks else (given.department, "department")
    lead = await orgs.department_by_code(act.session, code, field=name)
    assists = [
        await orgs.department_by_code(act.session, code, field="assist_departments")
        for code in dict.fromkeys((given.assist_departments if Need.ASSISTS in asks else None) or ())
    ]
    kept = await orgs.units_by_id(act.session, (a.unit_id for a in act.assignments))
    _add_assignment(act, lead.id, Part.LEAD)
    for unit in (unit for unit in assists if unit.id not in kept):
        assignment = _add_assignment(act, unit.id, Part.ASSIST)
        await clocks.start_link(act, Link.ACCEPT, assignment)
    case = act.case
    if case.closed_at:
        _begin_anew(case, ordered=Effect.ORDER in act.step.effects)
    case.sent_back_by = None
    case.lead_unit_id, case.dispatched_at = lead.id, act.at
    helping = dict.fromkeys(unit.code for unit in (*kept.values(), *assists))
    act.detail |= {"lead": lead.code, "assists": list(helping)}


def _begin_anew(case: Case, *, ordered: bool) -> None:
    # A case that is taken up again has its own extensions and rating; the journal keeps the old ones.
    case.leader_order, case.legacy = ordered, False
    case.closed_at = case.outcome = case.promised_at = None
    case.extensions = 0
    case.satisfaction = case.rated_at = case.unit_satisfaction = case.unit_rated_at = None
    case.rating_comment = case.unit_rating_comment = ""
    case.called_at = case.call_outcome = None
    case.appealed_at = case.appeal_ruling = None
    answer.take_back(case)


def _add_assignment(act: Act, unit_id: Any, part: Part) -> Assignment:
    assignment = Assignment(
        case_id=act.case.id,
        unit_id=unit_id,
        part=part,
        state=AssignmentState.WAITING,
        dispatched_by=act.actor.account_id,
        dispatched_at=act.at,
    )
    act.session.add(assignment)
    act.assignments.append(assignment)
    return assignment


async def _end_all(act: Act, state: AssignmentState, kept: Sequence[Assignment] = ()) -> None:
    ending = [assignment for assignment in act.assignments if assignment not in kept]
    if ending:
        units = await orgs.units_by_id(act.session, (a.unit_id for a in ending))
        act.told["units"] += [unit.code for unit in units.values()]
    for assignment in ending:
        # what nobody accepted was not handled: it is no department's finished case
        waited = state is AssignmentState.FINISHED and assignment.accepted_at is None
        assignment.state = AssignmentState.WITHDRAWN if waited else state
        assignment.ended_at = act.at
    act.assignments[:] = kept


async def _withdraw_assignments(act: Act) -> None:
    await _end_all(act, AssignmentState.WITHDRAWN, await _helping_on(act))
    act.case.lead_unit_id = None


async def _helping_on(act: Act) -> list[Assignment]:
    # The assistants that go on when the lead changes: those of the step's list, or all when it names none.
    asks, given = act.step.asks, act.given
    if Effect.ASSIGN not in act.step.effects:
        return []
    helping = [one for one in act.assignments if one.part is Part.ASSIST]
    units = await orgs.units_by_id(act.session, (one.unit_id for one in helping))
    lead = given.lead_department if Need.LEAD in asks else given.department
    wanted = given.assist_departments if Need.ASSISTS in asks else None
    codes = {unit.code for unit in units.values()} if wanted is None else set(wanted)
    return [one for one in helping if units[one.unit_id].code in codes - {lead}]


async def _return_assignments(act: Act) -> None:
    await _end_all(act, AssignmentState.RETURNED)
    act.case.lead_unit_id, act.case.leader_order = None, False


async def _order(act: Act) -> None:
    act.case.leader_order = True


async def _accept(act: Act) -> None:
    if lead := act.lead:
        lead.state, lead.accepted_at, lead.accepted_by = AssignmentState.WORKING, act.at, act.actor.account_id
        _put_in_charge(act, lead)


def _put_in_charge(act: Act, assignment: Assignment) -> None:
    name = people_rules.tidy(act.given.person_in_charge)
    phone = people_rules.tidy_phone(act.given.person_phone)
    assignment.in_charge_sealed = crypto.seal("assignment", "in_charge", assignment.id, name)
    assignment.in_charge_phone_sealed = crypto.seal("assignment", "in_charge_phone", assignment.id, phone)


async def _assist_accept(act: Act) -> None:
    if own := act.own_assist:
        own.state, own.accepted_at, own.accepted_by = AssignmentState.WORKING, act.at, act.actor.account_id
        act.clocks.stop((Link.ACCEPT,), at=act.at, holder_id=own.id)
        await clocks.start_link(act, Link.FEEDBACK, own)


async def _request(act: Act) -> None:
    act.case.requested_by = act.actor.account_id
    if (lead := act.lead) and act.step.action is Action.REQUEST_RETURN:
        lead.return_agreed_at = None  # the head agreed to this return, not to every later one
    act.detail |= {"days": act.given.days} if act.given.days else {}


async def _report(act: Act) -> None:
    if lead := act.lead:
        lead.reported_at = lead.reported_at or act.at


async def _assist_report(act: Act) -> None:
    """Whoever reports has accepted: no clock of the assistant runs on."""
    if own := act.own_assist:
        own.accepted_at, own.accepted_by = own.accepted_at or act.at, own.accepted_by or act.actor.account_id
        own.state, own.reported_at = AssignmentState.REPORTED, own.reported_at or act.at
        act.clocks.stop((Link.ACCEPT, Link.FEEDBACK), at=act.at, holder_id=own.id)


async def _hand_over(act: Act) -> None:
    if lead := act.lead:
        _put_in_charge(act, lead)


async def _extend(act: Act) -> None:
    act.case.extensions += 1
    act.detail["days"] = act.given.days


async def _result(act: Act) -> None:
    act.case.result = as_written(act.given.result)
    act.case.method = act.given.resolution_method
    act.detail["method"] = act.given.resolution_method.value if act.given.resolution_method else None
    if lead := act.lead:
        lead.state, lead.reported_at = AssignmentState.REPORTED, lead.reported_at or act.at
    await answer.submitted(act)


async def _rework(act: Act) -> None:
    answer.take_back(act.case)
    if lead := act.lead:
        lead.state = AssignmentState.WORKING


async def _closed(act: Act, outcome: Outcome) -> None:
    act.case.closed_at, act.case.outcome = act.at, outcome
    end_supervision(act.case)
    await _end_all(act, AssignmentState.FINISHED)


async def _close(act: Act) -> None:
    await _closed(act, Outcome.RESOLVED)


async def _close_directly(act: Act) -> None:
    act.case.result = as_written(act.given.result)
    await answer.submitted(act)
    await answer.publish(act)
    await _closed(act, Outcome.DIRECT)


async def _close_withdrawn(act: Act) -> None:
    await _closed(act, Outcome.WITHDRAWN)


async def _watch(act: Act) -> None:
    if act.given.watch:
        act.case.watch, act.case.watch_reason = True, as_written(act.given.watch_reason)
        act.detail["watch_reason"] = act.case.watch_reason


async def _unwatch(act: Act) -> None:
    act.case.watch = False


async def _rate(act: Act) -> None:
    if act.actor.has(Role.PETITIONER):
        act.case.satisfaction, act.case.rated_at = act.given.satisfaction, act.at
        act.case.rating_comment = as_written(act.given.opinion)
    else:
        act.case.unit_satisfaction, act.case.unit_rated_at = act.given.satisfaction, act.at
        act.case.unit_rating_comment = as_written(act.given.opinion)
    act.detail["satisfaction"] = act.given.satisfaction.value if act.given.satisfaction else None


async def _call_back(act: Act) -> None:
    case, at = act.case, act.given.called_at
    rated = [moment for moment in (case.rated_at, case.unit_rated_at) if moment]
    if at and not min(rated, default=act.at) <= at <= act.at:
        raise Invalid.of({"called_at": "回访时间应在评价之后、现在之前"})
    case.called_at, case.call_outcome = at, act.given.call_outcome
    act.detail |= {
        "called_at": at.isoformat() if at else None,
        "called_by": act.given.called_by.strip(),
        "call_outcome": case.call_outcome.value if case.call_outcome else None,
    }


async def _supervise(act: Act) -> None:
    case = act.case
    case.supervision, case.supervised_by = act.given.level, act.actor.account_id
    case.supervision_link, case.supervision_auto = case.due_link, False
    act.detail["link"] = case.due_link.value if case.due_link else None
    act.detail["level"] = act.given.level.value if act.given.level else None


async def _unsupervise(act: Act) -> None:
    end_supervision(act.case)


def end_supervision(case: Case) -> None:
    """Take the flag off; what was earned stays in the record (ruling 8)."""
    case.supervision = case.supervised_by = case.supervision_link = None
    case.supervision_auto = False


async def _copy(act: Act) -> None:
    # A unit is copied once; a second copy brings a new note and asks for a new receipt.
    unit = await orgs.department_by_code(act.session, act.given.department, field="department")
    query = select(Copy).where(col(Copy.case_id) == act.case.id, col(Copy.unit_id) == unit.id)
    copy = (await act.session.scalars(query)).one_or_none()
    if copy is None:
        copy = Copy(case_id=act.case.id, unit_id=unit.id, sent_by=act.actor.account_id, sent_at=act.at)
        act.session.add(copy)
    copy.sent_by, copy.sent_at, copy.note = act.actor.account_id, act.at, as_written(act.given.opinion)
    copy.read_by = copy.read_at = None
    act.detail["copied_to"] = unit.code
    act.told["units"].append(unit.code)


async def _send_back(act: Act) -> None:
    act.case.sent_back_by = act.actor.account_id


async def _escalate(act: Act) -> None:
    act.case.city_target = act.given.target_area.strip()
    act.detail |= {"target_area": act.case.city_target, "consent": act.given.consent.strip()}


async def _appeal(act: Act) -> None:
    act.case.appealed_at = act.at


async def _rule(act: Act) -> None:
    act.case.appeal_ruling = act.given.ruling
    act.detail["ruling"] = act.given.ruling.value if act.given.ruling else None


async def _urge(act: Act) -> None:
    act.case.urged_at = act.at


async def _toggle_urgent(act: Act) -> None:
    act.case.urgent = not act.case.urgent
    act.detail["on"] = act.case.urgent


async def _toggle_legacy(act: Act) -> None:
    case = act.case
    case.legacy = not case.legacy
    act.detail["on"] = case.legacy
    if not case.legacy and case.status is not Status.RETURN_PENDING:
        # what a waiting return has paused stays paused; the rest runs on with what remained
        await act.clocks.resume(tuple(Link), at=act.at)


async def _toggle_typical(act: Act) -> None:
    case, text = act.case, act.given.typical_text.strip()
    if not case.typical and text:
        await matter.require_anonymous(act.session, case, text)
        case.typical_text = text
    case.typical = not case.typical
    act.detail["on"] = act.case.typical


EFFECTS: dict[Effect, Callable[[Act], Awaitable[None]]] = {
    Effect.SUBMIT: _submit,
    Effect.CHANGE: _change,
    Effect.ASSIGN: _assign,
    Effect.WITHDRAW_ASSIGNMENTS: _withdraw_assignments,
    Effect.RETURN_ASSIGNMENTS: _return_assignments,
    Effect.ORDER: _order,
    Effect.ACCEPT: _accept,
    Effect.ASSIST_ACCEPT: _assist_accept,
    Effect.REQUEST: _request,
    Effect.REPORT: _report,
    Effect.ASSIST_REPORT: _assist_report,
    Effect.HAND_OVER: _hand_over,
    Effect.EXTEND: _extend,
    Effect.RESULT: _result,
    Effect.ANSWER: answer.publish,
    Effect.RESPOND: answer.respond,
    Effect.REWORK: _rework,
    Effect.CLOSE: _close,
    Effect.CLOSE_DIRECTLY: _close_directly,
    Effect.CLOSE_WITHDRAWN: _close_withdrawn,
    Effect.WATCH: _watch,
    Effect.UNWATCH: _unwatch,
    Effect.RATE: _rate,
    Effect.SEND_BACK: _send_back,
    Effect.COPY: _copy,
    Effect.ESCALATE: _escalate,
    Effect.CALL_BACK: _call_back,
    Effect.APPEAL: _appeal,
    Effect.RULE: _rule,
    Effect.SUPERVISE: _supervise,
    Effect.UNSUPERVISE: _unsupervise,
    Effect.URGE: _urge,
    Effect.TOGGLE_URGENT: _toggle_urgent,
    Effect.TOGGLE_LEGACY: _toggle_legacy,
    Effect.TOGGLE_TYPICAL: _toggle_typical,
}
