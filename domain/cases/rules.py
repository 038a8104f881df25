"""Pure decisions about steps: guards, inputs, shown statuses, search tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.cases import workflow
from domain.cases.categories import Kind
from domain.cases.inputs import EXTENSION, MAX_OPINION, MAX_RESULT, PROMISE, StepInput
from domain.cases.models import Case, RiskLevel, Source, Supervision
from domain.cases.process import STANDARD, Process
from domain.cases.vocabulary import Guard, Need, PictureRule, Status
from domain.cases.workflow import Step
from domain.kernel.flow.deciding import faults_of
from domain.kernel.refusals import Invalid
from domain.kernel.words import text_fault
from domain.people import rules as people

MAX_PICTURES, MAX_EXTENSIONS = 9, 2
APPEAL_WORKDAYS, MAX_WATCH_REASON = 5, 500
URGE_REST = timedelta(hours=4)
RATING_PERIOD, REOPEN_PERIOD = timedelta(days=15), timedelta(days=30)
PICTURE_KINDS = frozenset({Kind.DISPUTE, Kind.HAZARD})
"""Kinds whose feedback and result need a picture (requirement 1, 事件处理; ruling 29)."""
_IDENTITY = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15})(?!\d)")
_SUPERVISION_ORDER = (Supervision.ORDINARY, Supervision.YELLOW, Supervision.RED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards look at besides the case itself; gathered once per act."""

    case: Case
    at: datetime
    lead_accepted: bool
    held: bool
    target_is_lead: bool
    before_red: bool
    reported: bool
    return_agreed: bool
    assists_reported: bool
    assist_accepted: bool
    watch_wanted: bool
    appeal_until: datetime | None
    open_children: bool
    rated_by_actor: bool
    level: Supervision | None
    registrar_there: bool
    leader_there: bool


def holds(guard: Guard, facts: Facts) -> bool:
    return _GUARDS[guard](facts)


def _within(facts: Facts, period: timedelta) -> bool:
    return facts.case.closed_at is not None and facts.at < facts.case.closed_at + period


def _stronger(facts: Facts) -> bool:
    if facts.case.supervision is None or facts.level is None:
        return True
    order = _SUPERVISION_ORDER.index
    return order(facts.level) > order(facts.case.supervision)


_GUARDS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.NOT_ORDER: lambda f: not f.case.leader_order,
    Guard.IS_ORDER: lambda f: f.case.leader_order,
    Guard.SAME_DEPARTMENT: lambda f: f.lead_accepted and f.target_is_lead,
    Guard.OTHER_DEPARTMENT: lambda f: not (f.lead_accepted and f.target_is_lead),
    Guard.BEFORE_RED: lambda f: f.before_red,
    Guard.EXTENSIONS_LEFT: lambda f: f.case.extensions < MAX_EXTENSIONS,
    Guard.RETURNABLE: lambda f: not f.reported or f.return_agreed,
    Guard.ASSIST_WAITING: lambda f: not f.assist_accepted,
    Guard.ASSISTS_REPORTED: lambda f: f.assists_reported,
    Guard.ANSWERED: lambda f: f.case.answered_at is not None,
    Guard.NOT_RESPONDED: lambda f: f.case.responded_at is None,
    Guard.HELD: lambda f: f.held,
    Guard.WATCHABLE: lambda f: not f.watch_wanted or f.case.risk_level is RiskLevel.LOW,
    Guard.WATCHED: lambda f: f.case.watch,
    Guard.REOPENABLE: lambda f: _within(f, REOPEN_PERIOD),
    Guard.RATABLE: lambda f: not f.rated_by_actor and _within(f, RATING_PERIOD),
    Guard.DISSATISFIED: lambda f: any(
        grade.is_bad for grade in (f.case.satisfaction, f.case.unit_satisfaction) if grade
    ),
    Guard.APPEALABLE: lambda f: f.appeal_until is not None and f.at < f.appeal_until,
    Guard.NOT_APPEALED: lambda f: f.case.appealed_at is None,
    Guard.APPEALED: lambda f: f.case.appealed_at is not None and f.case.appeal_ruling is None,
    Guard.CHILDREN_CLOSED: lambda f: not f.open_children,
    Guard.FROM_CITY: lambda f: f.case.source is Source.CITY,
    Guard.SUPERVISED: lambda f: f.case.supervision is not None,
    Guard.NOT_SUPERVISED_ALIKE: _stronger,
    Guard.URGE_RESTED: lambda f: f.case.urged_at is None or f.at - f.case.urged_at >= URGE_REST,
    Guard.REGISTRAR_THERE: lambda f: f.registrar_there,
    Guard.LEADER_THERE: lambda f: f.leader_there,
    Guard.APPROVER_THERE: lambda f: not f.case.leader_order or f.leader_there,
}


def pictures_needed(step: Step, kind: Kind) -> bool:
    """Tell whether the step must bring a picture for this kind of matter."""
    if Need.PICTURES not in step.needs or step.pictures is PictureRule.NEVER:
        return False
    return step.pictures is PictureRule.ALWAYS or kind in PICTURE_KINDS


def required(step: Step, need: Need, kind: Kind) -> bool:
    """Tell whether an input of the step is required or merely possible."""
    if need is Need.OPINION:
        return step.opinion
    if need is Need.PICTURES:
        return pictures_needed(step, kind)
    return need in step.needs


def check_input(step: Step, kind: Kind, given: StepInput, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Check all inputs of a step at once; `more` are faults that only the stored rules could tell.

    :raises Invalid: one sentence for each field that cannot be taken
    """
    faults = faults_of({need: required(step, need, kind) for need in step.asks}, _CHECKS, given)
    if given.watch and Need.WATCH in step.asks:
        fault = text_fault("纳入持续关注的原因", given.watch_reason, most=MAX_WATCH_REASON)
        faults |= {"watch_reason": fault} if fault else {}
    faults |= more
    if faults:
        raise Invalid.of(faults)


def _opinion(given: StepInput, needed: bool) -> str:
    return text_fault("办理意见", given.opinion, most=MAX_OPINION, least=1 if needed else 0)


def _pictures(given: StepInput, needed: bool) -> str:
    if needed and not given.attachments:
        return "该类事件在这一步须上传至少 1 张现场图片"
    return f"最多上传 {MAX_PICTURES} 张图片" if len(given.attachments) > MAX_PICTURES else ""


def _lead(given: StepInput, needed: bool) -> str:
    if needed and not given.lead_department:
        return "请选择主办单位"
    return ""


def _assists(given: StepInput, needed: bool) -> str:
    if needed and not given.assist_departments:
        return "请选择协办单位"
    return "协办单位不能与主办单位相同" if given.lead_department in (given.assist_departments or ()) else ""


def _department(given: StepInput, needed: bool) -> str:
    return "请选择承办单位" if needed and not given.department else ""


def _in_charge(given: StepInput, needed: bool) -> str:
    if not given.person_in_charge.strip():
        return "请填写责任人" if needed else ""
    return people.name_fault(people.tidy(given.person_in_charge)).replace("姓名", "责任人")


def _in_charge_phone(given: StepInput, needed: bool) -> str:
    return people.phone_fault(people.tidy_phone(given.person_phone), required=needed).replace("联系电话", "责任人电话")


def _result(given: StepInput, needed: bool) -> str:
    return text_fault("办理结果", given.result, most=MAX_RESULT, least=1 if needed else 0) or _public_fault(
        given.result
    )


def _answer(given: StepInput, needed: bool) -> str:
    if given.answer is None:
        return "请填写公开答复" if needed else ""
    return text_fault("公开答复", given.answer, most=MAX_RESULT) or _public_fault(given.answer)


def _public_fault(text: str) -> str:
    """Petitioners read it, and those of the cases merged into theirs."""
    return "这段文字是给诉求人的答复，请删去其中的证件号码" if _IDENTITY.search(text) else ""


def _agrees(given: StepInput, needed: bool) -> str:
    return "请选择确认办理结果或提出异议" if needed and given.agrees is None else ""


def _method(given: StepInput, needed: bool) -> str:
    return "请选择化解方式" if needed and given.resolution_method is None else ""


def _days(given: StepInput, needed: bool) -> str:
    if given.days is None:
        return "请填写延期的工作日天数" if needed else ""
    return EXTENSION.fault("每次延期", given.days)


def _promise(given: StepInput, needed: bool) -> str:
    if given.promise_days is None:
        return "请填写承诺办结的工作日天数" if needed else ""
    return PROMISE.fault("承诺办结", given.promise_days)


def _typical_text(given: StepInput, needed: bool) -> str:
    return text_fault("典型案例文本", given.typical_text, most=MAX_RESULT, least=1 if needed else 0)


def _consent(given: StepInput, needed: bool) -> str:
    return text_fault("诉求人同意说明", given.consent, most=MAX_OPINION, least=1 if needed else 0)


def _level(given: StepInput, needed: bool) -> str:
    return "请选择督办级别" if needed and given.level is None else ""


def _target_area(given: StepInput, needed: bool) -> str:
    return text_fault("目标县区", given.target_area, most=40, least=1 if needed else 0)


def _satisfaction(given: StepInput, needed: bool) -> str:
    return "请选择满意度" if needed and given.satisfaction is None else ""


def _ruling(given: StepInput, needed: bool) -> str:
    return "请选择裁定：认定恶意评价，或评价有效" if needed and given.ruling is None else ""


def _called_at(given: StepInput, needed: bool) -> str:
    if given.called_at is None:
        return "请填写回访时间" if needed else ""
    return "" if given.called_at.tzinfo else "回访时间须带时区"


def _called_by(given: StepInput, needed: bool) -> str:
    return text_fault("回访人", given.called_by, most=40, least=1 if needed else 0)


def _call_outcome(given: StepInput, needed: bool) -> str:
    return "请选择回访结果" if needed and given.call_outcome is None else ""


_CHECKS = {
    Need.OPINION: _opinion,
    Need.PICTURES: _pictures,
    Need.LEAD: _lead,
    Need.ASSISTS: _assists,
    Need.DEPARTMENT: _department,
    Need.IN_CHARGE: _in_charge,
    Need.IN_CHARGE_PHONE: _in_charge_phone,
    Need.RESULT: _result,
    Need.ANSWER: _answer,
    Need.AGREES: _agrees,
    Need.METHOD: _method,
    Need.DAYS: _days,
    Need.PROMISE: _promise,
    Need.TYPICAL_TEXT: _typical_text,
    Need.CONSENT: _consent,
    Need.LEVEL: _level,
    Need.TARGET_AREA: _target_area,
    Need.SATISFACTION: _satisfaction,
    Need.RULING: _ruling,
    Need.CALLED_AT: _called_at,
    Need.CALLED_BY: _called_by,
    Need.CALL_OUTCOME: _call_outcome,
}


OVERDUE_ACCEPT, OVERDUE_HANDLE = "overdue_accept", "overdue_handle"
DEPARTMENT_LABELS = {
    Status.EXTENDED: "延期处理中",
    Status.LEADER_ORDER: "领导交办中",
}
_TONES = {
    Status.TO_DISPATCH: "blue",
    Status.TO_ACCEPT: "blue",
    Status.TO_SUPPLEMENT: "orange",
    Status.IN_PROGRESS: "orange",
    Status.EXTENDED: "orange",
    Status.LEADER_ORDER: "red",
    Status.TO_CONFIRM: "yellow",
    Status.CLOSED: "green",
}


def shown_status(
    status: Status,
    due_at: datetime | None,
    *,
    at: datetime,
    for_department: bool,
    process: Process = STANDARD,
) -> tuple[str, str, str]:
    """Give (code, label, tone) of a status as this kind of reader calls it.

    `process` is the one that the case follows, which may call a status otherwise.
    Being overdue is derived here (workflow ruling §1) and never stored.
    """
    late = due_at is not None and due_at < at
    if late and status is Status.TO_ACCEPT:
        return OVERDUE_ACCEPT, process.spoken("逾期未接收"), "red"
    if late and status in workflow.IN_HAND:
        return OVERDUE_HANDLE, process.spoken("逾期未处理"), "red"
    label = DEPARTMENT_LABELS.get(status, status.label) if for_department else status.label
    return status.value, process.statuses.get(status, label), _TONES.get(status, "gray")


def grams(*texts: str) -> list[str]:
    """Cut texts into the search tokens: neighbouring pairs, and Latin words."""
    found: set[str] = set()
    for text in texts:
        lowered = text.lower()
        found.update(re.findall(r"[a-z0-9]+", lowered))
        for run in re.findall(r"[㐀-鿿豈-﫿]+", lowered):
            found.update(run[i : i + 2] for i in range(len(run) - 1))
            found.update(run if len(run) == 1 else "")
    return sorted(found)
