"""Which steps this person may take on a case now, and why the others are not there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.rules import limit_of
from domain.cases import policy, rules, workflow
from domain.cases.queries import reach, situation
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
NOT_OPEN_YET = {
    Action.ESCALATE_TO_CITY: "市平台对接开通后可用",
    Action.COPY: "抄告和签收回执开通后可用",
}
"""Rows of the table whose other side does not exist yet: not offered, so that no case is stranded."""
_PRIMARY = (
    Action.SUBMIT, Action.RESUBMIT, Action.DISPATCH, Action.ACCEPT, Action.ASSIST_ACCEPT, Action.SUBMIT_RESULT,
    Action.ASSIST_REPORT, Action.CONFIRM, Action.APPROVE_RETURN, Action.APPROVE_EXTENSION, Action.APPROVE_ORDER,
)  # fmt: skip
"""The action that is this person's next one at a status, in order of preference."""
_ASKED_LATER = frozenset({Guard.WATCHABLE, Guard.OTHER_DEPARTMENT, Guard.SAME_DEPARTMENT, Guard.NOT_SUPERVISED_ALIKE})
"""Guards that look at what the dialog asks; the button shows before it is known."""


async def of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[ActionView, ...]:
    """This function will list every action with whether and why (not) for this person."""
    case = await reach.find(session, actor, number)
    assignments = await reach.live_assignments(session, case.id)
    bond = reach.bond_of(actor, case, assignments)
    facts = await situation.gather(session, actor, case, assignments, StepInput(), at=at)
    found = [
        _view(actor, case.status, action, bond, facts, major=case.major, urgent=case.urgent)
        for action in Action
        if action not in NOT_BUTTONS and any(s.source for s in workflow.rows_of(action))
    ]
    primary = next((a for p in _PRIMARY for a in found if a.action == p and a.allowed), None)
    return tuple(_as_primary(a) if a is primary else a for a in found)


def _as_primary(view: ActionView) -> ActionView:
    return ActionView(view.action, view.label, view.allowed, view.reason, view.needs, primary=True, starts=view.starts)


def _view(
    actor: Actor, status: Status, action: Action, bond: policy.Bond, facts: rules.Facts, *, major: bool, urgent: bool
) -> ActionView:
    if action in NOT_OPEN_YET:
        return ActionView(action.value, action.label, allowed=False, reason=NOT_OPEN_YET[action])
    try:
        steps = policy.permitted(actor, status, action, bond)
        step = _choose(steps, facts)
    except Refusal as refusal:
        return ActionView(action.value, action.label, allowed=False, reason=refusal.message)
    needs = tuple(NeedView(n.value, n.label, rules.required(step, n, facts)) for n in step.asks)
    return ActionView(
        action.value,
        action.label,
        allowed=True,
        reason="",
        needs=needs,
        starts=_starts(step, major=major, urgent=urgent),
    )


def _choose(steps: tuple[Step, ...], facts: rules.Facts) -> Step:
    open_guards = [
        step for step in steps
        if all(rules.holds(g, facts) for g in step.guards if g not in _ASKED_LATER)
    ]  # fmt: skip
    return open_guards[0] if open_guards else rules.choose(steps, facts)


def _starts(step: Step, *, major: bool, urgent: bool) -> str:
    started = [c.link for c in step.clocks if c.verb is Verb.START and c.link]
    said = [f"{link.label}时限 {limit_of(link, major=major, urgent=urgent).text}" for link in started]
    return ";".join(said)
