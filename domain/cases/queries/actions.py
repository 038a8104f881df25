"""Which steps this person may take on a case now, and why the others are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import Link
from domain.calendar.rules import Limit
from domain.cases import policy, rules
from domain.cases.helps import HELPS
from domain.cases.models import Case
from domain.cases.process import Process
from domain.cases.queries import limits, processes, reach, situation
from domain.cases.schemas import ActionView, NeedView, StepInput
from domain.cases.vocabulary import Action, Guard, Status, Verb
from domain.cases.workflow import Step
from domain.kernel.actor import Actor
from domain.kernel.refusals import Refusal

NOT_BUTTONS = frozenset(
    {
        Action.CREATE,
        Action.PETITIONER_RESPOND,
        Action.CITY_PROGRESS,
        Action.CITY_RESULT,
        Action.CITY_RETURN,
        Action.CITY_DISPATCH,
    }
)
_PRIMARY = (
    Action.SUBMIT, Action.RESUBMIT, Action.DISPATCH, Action.ACCEPT, Action.ASSIST_ACCEPT, Action.SUBMIT_RESULT,
    Action.ASSIST_REPORT, Action.CONFIRM, Action.APPROVE_RETURN, Action.APPROVE_EXTENSION, Action.APPROVE_ORDER,
)  # fmt: skip
"""The action that is this person's next one at a status, in order of preference."""
_ASKED_LATER = frozenset({Guard.WATCHABLE, Guard.OTHER_DEPARTMENT, Guard.SAME_DEPARTMENT, Guard.NOT_SUPERVISED_ALIKE})
"""Guards that look at what the dialog asks; the button shows before it is known."""


async def of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[ActionView, ...]:
    """List every action with whether and why (not) for this person."""
    case = await reach.find(session, actor, number)
    process = await processes.of_case(session, case)
    assignments = await reach.live_assignments(session, case.id)
    bond = reach.bond_of(actor, case, assignments)
    facts = await situation.gather(session, actor, case, assignments, StepInput(), at=at)
    asker = _Asker(actor, process, case, bond, facts, await _limits(session, process, case, at))
    found = [
        _view(asker, action)
        for action in Action
        if action not in NOT_BUTTONS and any(s.source for s in process.rows_of(action))
    ]
    if case.merged_into_id:
        return tuple(replace(view, allowed=False, reason="该件已并入其他案件") for view in found)
    primary = next((a for p in (*_first(case), *_PRIMARY) for a in found if a.action == p and a.allowed), None)
    return tuple(_as_primary(a) if a is primary else a for a in found)


def _first(case: Case) -> tuple[Action, ...]:
    # What comes before all else at this very case.
    if case.status is Status.TO_CONFIRM and case.answered_at is None:
        return (Action.PUBLISH_ANSWER,)
    return (Action.RULE_APPEAL, *(() if case.call_outcome else (Action.CALL_BACK,))) if case.closed_at else ()


@dataclass(frozen=True, slots=True)
class _Asker:
    actor: Actor
    process: Process
    case: Case
    bond: policy.Bond
    facts: rules.Facts
    limits: Mapping[Link, Limit]


def _as_primary(view: ActionView) -> ActionView:
    return replace(view, primary=True)


def _view(asker: _Asker, action: Action) -> ActionView:
    facts, case = asker.facts, asker.case
    label = asker.process.action_label(action, case.status)
    try:
        steps = policy.permitted(asker.actor, case.status, action, asker.bond, asker.process)
        step = _choose(steps, facts, asker.process)
    except Refusal as refusal:
        return ActionView(action.value, label, allowed=False, reason=refusal.message)
    return ActionView(
        action.value,
        label,
        allowed=True,
        reason="",
        needs=tuple(NeedView(n.value, n.label, rules.required(step, n, facts)) for n in step.asks),
        starts=_starts(step, asker),
        tells=tuple(tell.label for tell in step.tells),
        help=asker.process.spoken(HELPS.get(action, "")),
    )


def _choose(steps: tuple[Step, ...], facts: rules.Facts, process: Process) -> Step:
    open_guards = [
        step for step in steps
        if all(rules.holds(g, facts) for g in step.guards if g not in _ASKED_LATER)
    ]  # fmt: skip
    return open_guards[0] if open_guards else rules.choose(steps, facts, process)


def _starts(step: Step, asker: _Asker) -> str:
    started = [c.link for c in step.clocks if c.verb is Verb.START and c.link]
    return "；".join(f"{asker.process.spoken(link.label)}时限 {asker.limits[link].text}" for link in started)


async def _limits(session: AsyncSession, process: Process, case: Case, at: datetime) -> dict[Link, Limit]:
    # What each clock of this case would run: the process's own limit, else the rule in force for who has it.
    found: dict[Link, Limit] = {}
    for link in Link:
        unit_id = case.unit_id if link is Link.DISPATCH else case.lead_unit_id
        found[link], _ = await limits.of_case(session, case, process.limits, link, unit_id, at=at)
    return found
