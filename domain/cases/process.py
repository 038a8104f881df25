"""Configured processes: the standard table with the changes that the engine can guarantee.

Source: requirement 2, 7.1.6.1. A process is made by tweaking the standard table: labels, who
may take a step, whether an opinion or a picture is asked, limits, approvals that are skipped,
steps that are switched off. Whatever is tweaked, the engine keeps its promises: approvals
stay with the centre and the leader, a department's steps stay with the department, refusals
keep their reasons. `lint` says in words what a process would break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.calendar.models import LimitUnit, Link
from domain.calendar.rules import Limit
from domain.cases.vocabulary import Action, Effect, Guard, Need, PictureRule, Status, Tie
from domain.cases.workflow import CASES, ENDED, LATER, NEW_DISPATCH, STEPS, Step, Takers
from domain.kernel.flow.table import LifeCycle, Table, Who, finishing, reached
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid

MAX_LABEL = 12
_WORDS = re.compile("|".join(sorted({*(s.label for s in Status), *(a.label for a in Action)}, key=len, reverse=True)))
"""The words that a process may replace; the longer first, so that “待接收” is never taken for “接收”."""


class Approval(Labelled):
    """The approvals that a process may skip: what is asked for then happens at once."""

    RETURN = "return", "退回审批"
    EXTENSION = "extension", "延期审批"
    ORDER = "order", "交办审批"


class StepTweak(BaseModel):
    """The changes of one row of the table; none means: as in the standard."""

    model_config = ConfigDict(frozen=True)

    label: str | None = None
    who: tuple[Role, ...] | None = None
    opinion: bool | None = None
    pictures: PictureRule | None = None
    off: bool = False


class LimitTweak(BaseModel):
    """A limit of a process; `yellow` and `red` count in `unit`."""

    model_config = ConfigDict(frozen=True)

    yellow: int
    red: int
    unit: LimitUnit = LimitUnit.WORKDAYS


class Tweaks(BaseModel):
    """Everything in which a process differs from the standard one."""

    model_config = ConfigDict(frozen=True)

    statuses: dict[Status, str] = Field(default_factory=dict[Status, str])
    steps: dict[str, StepTweak] = Field(default_factory=dict[str, StepTweak])
    skipped: tuple[Approval, ...] = ()
    limits: dict[Link, LimitTweak] = Field(default_factory=dict[Link, LimitTweak])


@dataclass(frozen=True, eq=False)
class Process(Table[Status, Action, Step]):
    """Answer what the workflow table answers, for one version of one process."""

    cycle: LifeCycle[Status, Guard] = CASES
    steps: tuple[Step, ...] = STEPS
    id: UUID | None = None
    name: str = "标准流程"
    limits: Mapping[Link, Limit] = field(default_factory=dict[Link, Limit])
    statuses: Mapping[Status, str] = field(default_factory=dict[Status, str])
    skipped: frozenset[Approval] = frozenset()

    @cached_property
    def _called(self) -> dict[str, str]:
        called = {status.label: label for status, label in self.statuses.items()}
        for action in {step.action for step in self.steps}:
            labels = {_own_label(step) for step in self.rows_of(action)} - {""}
            if len(labels) == 1:
                called[action.label] = labels.pop()
        return called

    def takers(self, action: Action) -> frozenset[Role]:
        """Give the roles that ever take an action; of one that this process lacks, those of the standard."""
        return super().takers(action) or _TABLE.takers(action)

    @property
    def called(self) -> str:
        return f"该件的办理流程“{self.name}”"

    def status_label(self, status: Status) -> str:
        """Call a status as this process calls it."""
        return self.statuses.get(status, status.label)

    def action_label(self, action: Action, source: Status | None = None) -> str:
        """Call an action as this process calls it."""
        found = self.rows(source, action) or self.rows_of(action)
        return next((step.label for step in found if step.label), action.label)

    def spoken(self, text: str) -> str:
        """Say a sentence of the product in the words of this process; never give it what a person wrote."""
        return _WORDS.sub(lambda found: self._called.get(found[0], found[0]), text) if self._called else text


_TABLE = Table[Status, Action, Step](CASES, STEPS)
_USUAL = {(step.row, step.source): step.label for step in STEPS}


def _own_label(step: Step) -> str:
    # What a process calls a row, where it is not the usual word.
    return step.label if step.label != _USUAL.get((step.row, step.source)) else ""


STANDARD = Process()

_PENDING = {
    Approval.RETURN: Status.RETURN_PENDING,
    Approval.EXTENSION: Status.EXTENSION_PENDING,
    Approval.ORDER: Status.ORDER_PENDING,
}
_ASKS = {
    Approval.RETURN: Action.REQUEST_RETURN,
    Approval.EXTENSION: Action.REQUEST_EXTENSION,
    Approval.ORDER: Action.PROPOSE_ORDER,
}
_PERSONAL = frozenset({Tie.OWN, Tie.REQUESTER, Tie.ISSUER})
_FIXED_ROWS = frozenset({"15", "15b", "24b"})
"""Rows that are the leader's alone, whatever process a case follows (decision 0006)."""
_DECIDERS = frozenset({Role.CENTER_ADMIN, Role.LEADER})
_DEPARTMENT = frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD})
_OUTSIDE = frozenset({Role.PETITIONER, Role.CITY, Role.CLOCK})
_KEEP_OPINION = frozenset(
    {
        Action.VOID, Action.SEND_BACK, Action.REJECT_ORDER, Action.REJECT_RETURN, Action.REJECT_EXTENSION,
        Action.REJECT_RESULT, Action.REQUEST_RETURN, Action.REQUEST_EXTENSION, Action.SUPERVISE,
    }
)  # fmt: skip
"""Steps that say no to somebody, or that are scored: the reason is always written."""
_FIXED = frozenset({Action.CREATE, Action.SUBMIT, Action.APPROVE_ORDER, Action.ORDER, Action.INSTRUCT})
"""Steps whose roles are what the step means."""


def allowed_roles(row: str) -> frozenset[Role]:
    """Give the roles that a process may let take a row of the table."""
    standard = frozenset(who.role for step in STEPS if step.row == row for who in step.who)
    actions = {step.action for step in STEPS if step.row == row}
    if standard & _OUTSIDE or actions & _FIXED or row in _FIXED_ROWS:
        return standard
    if standard <= _DEPARTMENT:
        return _DEPARTMENT
    return standard | _DECIDERS if standard & _DECIDERS else standard


def built(tweaks: Tweaks, *, version_id: UUID | None = None, name: str = "") -> Process:
    """Make the process that these tweaks describe; ask `lint` whether it holds.

    :raises Invalid: a limit is not a limit
    """
    steps = [_tweaked(step, tweaks.steps.get(step.row)) for step in STEPS]
    kept = [step for step in steps if step is not None]
    for approval in tweaks.skipped:
        kept = list(_without(approval, kept))
    limits = {link: Limit(one.yellow, one.red, one.unit) for link, one in tweaks.limits.items()}
    return Process(
        steps=tuple(kept),
        id=version_id,
        name=name or STANDARD.name,
        limits=MappingProxyType(limits),
        statuses=MappingProxyType(dict(tweaks.statuses)),
        skipped=frozenset(tweaks.skipped),
    )


def _tweaked(step: Step, tweak: StepTweak | None) -> Step | None:
    if tweak is None:
        return step
    if tweak.off:
        return None
    changes: dict[str, object] = {}
    if tweak.label:
        changes["label"] = tweak.label
    if tweak.who is not None:
        changes["who"] = tuple(who for role in tweak.who for who in _who(step, role))
    if tweak.opinion is not None:
        changes["opinion"] = tweak.opinion
    if tweak.pictures is not None:
        changes["pictures"] = tweak.pictures
    return replace(step, **changes)  # type: ignore[arg-type]


def _who(step: Step, role: Role) -> Takers:
    # A role new to a row gets the tie of the row's own people: a lead's step stays with the lead, a request's
    # withdrawal with who asked.
    if same := tuple(who for who in step.who if who.role is role):
        return same
    kept = (who.tie for who in step.who if (who.role in _DEPARTMENT) is (role in _DEPARTMENT))
    tie = next((tie for tie in kept if role in _DEPARTMENT or tie in _PERSONAL), None)
    return (Who(role, tie),)


def _without(approval: Approval, steps: Iterable[Step]) -> Iterator[Step]:
    pending, asks = _PENDING[approval], _ASKS[approval]
    for step in steps:
        if step.action is asks:
            yield from _at_once(approval, step)
        elif step.source is not pending:
            yield step


def _at_once(approval: Approval, step: Step) -> Iterator[Step]:
    # What was a request does what its approval would have done.
    if approval is Approval.RETURN:
        guards = _unasked(step)
        effects = (Effect.RETURN_ASSIGNMENTS,)
        yield replace(step, target=Status.TO_DISPATCH, guards=guards, effects=effects, clocks=NEW_DISPATCH)
    elif approval is Approval.EXTENSION:
        target = Status.LEADER_ORDER if step.source is Status.LEADER_ORDER else Status.EXTENDED
        yield replace(step, target=target, guards=_unasked(step), effects=(Effect.EXTEND,), clocks=LATER)
    else:
        ordered = [s for s in STEPS if s.action is Action.ORDER and s.source is step.source]
        yield from (replace(s, action=step.action, row=step.row, who=step.who, label=step.label) for s in ordered)


def _unasked(step: Step) -> tuple[Guard, ...]:
    # The guards of a row without an approval: nobody needs to be there to give it.
    return tuple(guard for guard in step.guards if guard is not Guard.APPROVER_THERE)


_BACKWARD = frozenset(
    {
        Action.WITHDRAW_BY_PETITIONER, Action.VOID, Action.RETURN_TO_CITY, Action.SEND_BACK, Action.RECALL,
        Action.REQUEST_RETURN, Action.REJECT_ORDER, Action.REJECT_RETURN, Action.REJECT_EXTENSION,
        Action.REJECT_RESULT, Action.WITHDRAW_REQUEST, Action.CITY_RETURN,
    }
)  # fmt: skip
"""Ways out and ways back: a process must be able to end a case without them."""


def lint(tweaks: Tweaks) -> list[str]:
    """List in Chinese what is wrong with a process; empty when it may be enabled."""
    faults = [*_row_faults(tweaks), *_limit_faults(tweaks), *_label_faults(tweaks)]
    try:
        process = built(tweaks)
    except Invalid:
        return faults
    return [*faults, *_shape_faults(process, tweaks)]


def _row_faults(tweaks: Tweaks) -> Iterator[str]:
    known = {step.row: step.action for step in STEPS}
    for row, tweak in tweaks.steps.items():
        if row not in known:
            yield f"流程中没有第 {row} 步"
            continue
        name = f"“{known[row].label}”"
        if tweak.who is not None:
            allowed = allowed_roles(row)
            if not tweak.who and not tweak.off:
                yield f"{name}没有任何角色可以办理"
            if wrong := [role.label for role in tweak.who if role not in allowed]:
                yield f"{name}不能交给{'、'.join(wrong)}，只能在{'、'.join(r.label for r in Role if r in allowed)}中选择"
        if tweak.who and Role.LEADER not in tweak.who and _decides_orders(row):
            yield f"{name}须保留领导：领导交办件只能由领导审批"
        if tweak.opinion is False and known[row] in _KEEP_OPINION:
            yield f"{name}必须填写意见，不能取消"


def _decides_orders(row: str) -> bool:
    return any(who.tie is Tie.UNLESS_ORDER for step in STEPS if step.row == row for who in step.who)


def _limit_faults(tweaks: Tweaks) -> Iterator[str]:
    for link, one in tweaks.limits.items():
        try:
            Limit(one.yellow, one.red, one.unit)
        except Invalid as refusal:
            yield f"{link.label}{refusal.message}"


def _label_faults(tweaks: Tweaks) -> Iterator[str]:
    labels = [*tweaks.statuses.values(), *(tweak.label for tweak in tweaks.steps.values() if tweak.label)]
    yield from (f"名称“{label[:20]}”须为 1 至 {MAX_LABEL} 字" for label in labels if not 0 < len(label) <= MAX_LABEL)
    shown: dict[str, list[str]] = {}
    for status in Status:
        shown.setdefault(tweaks.statuses.get(status, status.label).strip(), []).append(status.label)
    yield from (f"“{'”和“'.join(same)}”不能都叫“{label}”" for label, same in shown.items() if len(same) > 1)


def _shape_faults(process: Process, tweaks: Tweaks) -> Iterator[str]:
    onward = tuple(step for step in process.steps if step.action not in _BACKWARD)
    skipped = {_PENDING[approval] for approval in process.skipped}
    off = [step for step in STEPS if (tweak := tweaks.steps.get(step.row)) and tweak.off]
    found = reached(process.steps)
    for status in (one for one in Status if one not in skipped and one not in found):
        yield f"“{process.status_label(status)}”不可到达：{_missing([s for s in off if s.target is status], '通向它的')}"
    # an ordinary case and a leader's order take different rows: each must come to an end by its own
    stuck: dict[Status, str] = {}
    for other, whose in ((Guard.IS_ORDER, "普通件"), (Guard.NOT_ORDER, "领导交办件")):
        open_to = tuple(step for step in process.steps if other not in step.guards)
        ending = finishing([step for step in onward if other not in step.guards], ENDED)
        for status in reached(open_to) - ending - skipped:
            stuck[status] = "" if status in stuck else f"的{whose}"
    for status in (one for one in Status if one in stuck):
        why = _missing([s for s in off if s.source is status], "从它出发的")
        yield f"“{process.status_label(status)}”{stuck[status]}走不到办结：{why}"


def _missing(off: list[Step], words: str) -> str:
    gone = dict.fromkeys(step.action.label for step in off)
    return f"{words}步骤（{'、'.join(gone)}）已停用" if gone else f"没有{words}步骤能够完成"


def needs_picture(step: Step) -> bool:
    """Tell whether a row has a picture rule that a process may change."""
    return Need.PICTURES in step.needs


def keeps_opinion(step: Step) -> bool:
    """Tell whether a row's opinion is always written, whatever the process."""
    return step.action in _KEEP_OPINION
