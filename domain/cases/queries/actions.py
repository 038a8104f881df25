"""Which steps this person may take on a case now, and why the others are not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import Link
from domain.calendar.rules import Limit
from domain.cases import rules
from domain.cases.helps import HELPS
from domain.cases.inputs import StepInput
from domain.cases.models import Case
from domain.cases.policy import Bond
from domain.cases.process import STANDARD, Process
from domain.cases.queries import limits, processes, reach, situation
from domain.cases.schemas import ActionView, NeedView
from domain.cases.vocabulary import Action, Guard, Status, Verb
from domain.cases.workflow import Step
from domain.kernel.actor import Actor
from domain.kernel.flow.deciding import Offer, offers

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


async def of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[ActionView, ...]:
    """List every action with whether and why (not) for this person."""
    case = await reach.find(session, actor, number)
    process = await processes.of_case(session, case)
    assignments = await reach.live_assignments(session, case.id)
    ties = reach.bond_of(actor, case, assignments).ties
    held = await situation.held(session, actor, case, assignments, StepInput(), at=at)
    buttons = (action for action in Action if action not in NOT_BUTTONS)
    known = await _limits(session, process, case, at)
    found = [
        _view(offer, case, process, known)
        for offer in offers(process, actor, case.status, buttons, ties=ties, held=held)
    ]
    if case.merged_into_id:
        return tuple(replace(view, allowed=False, reason="该件已并入其他案件") for view in found)
    primary = next((a for p in (*_first(case), *_PRIMARY) for a in found if a.action == p and a.allowed), None)
    return tuple(replace(a, primary=True) if a is primary else a for a in found)


def at_a_glance(actor: Actor, status: Status, wanted: Iterable[Action], *, order: bool) -> tuple[Action, ...]:
    """Name those of some acts that a list may offer beside a case, by the table alone; the page of the case decides.

    :param order: whether it is a leader's order
    """
    held = frozenset(Guard) - {Guard.NOT_ORDER if order else Guard.IS_ORDER}
    found = offers(STANDARD, actor, status, wanted, ties=Bond(order=order).ties, held=held)
    return tuple(offer.action for offer in found if offer.step)


def _first(case: Case) -> tuple[Action, ...]:
    # What comes before all else at this very case.
    if case.status is Status.TO_CONFIRM and case.answered_at is None:
        return (Action.PUBLISH_ANSWER,)
    return (Action.RULE_APPEAL, *(() if case.call_outcome else (Action.CALL_BACK,))) if case.closed_at else ()


def _view(offer: Offer[Action, Step], case: Case, process: Process, known: Mapping[Link, Limit]) -> ActionView:
    action, step = offer.action, offer.step
    if step is None:
        return ActionView(action.value, offer.label, allowed=False, reason=offer.reason)
    started = [clock.link for clock in step.clocks if clock.verb is Verb.START and clock.link]
    return ActionView(
        action.value,
        offer.label,
        allowed=True,
        reason="",
        needs=tuple(NeedView(n.value, n.label, rules.required(step, n, case.kind)) for n in step.asks),
        starts="；".join(f"{process.spoken(link.label)}时限 {known[link].text}" for link in started),
        tells=tuple(tell.label for tell in step.tells),
        help=process.spoken(HELPS.get(action, "")),
    )


async def _limits(session: AsyncSession, process: Process, case: Case, at: datetime) -> dict[Link, Limit]:
    # What each clock of this case would run: the process's own limit, else the rule in force for who has it.
    found: dict[Link, Limit] = {}
    for link in Link:
        unit_id = case.unit_id if link is Link.DISPATCH else case.lead_unit_id
        found[link], _ = await limits.of_case(session, case, process.limits, link, unit_id, at=at)
    return found
