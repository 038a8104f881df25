"""Who may take which row, and the sentence for who may not.

The order in which an attempt is refused: taken from the account, never this role's, not at this status, not tied to
the subject, a guard. Ties and guards come as the set of those that hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Generic

from domain.kernel.actor import Actor
from domain.kernel.flow.table import A, N, P, S, Table
from domain.kernel.labels import Labelled
from domain.kernel.permissions import GRANTS, PEOPLE_ROLES, Permission
from domain.kernel.refusals import ActionNotAllowed, NotPermitted, Refusal


def require_unrestricted(actor: Actor, work: Permission, action: Labelled | None = None) -> None:
    """Refuse what was taken from an account although its roles allow it; without an action, any work of the kind.

    :raises NotPermitted: the account only reads, lost the permission, or this action was barred
    """
    if actor.read_only:
        raise NotPermitted("您的账号为只读账号，不能办理")
    works = any(work in GRANTS[role] for role in actor.roles)
    if works and not actor.may(work):
        raise NotPermitted(f"您的账号没有“{work.label}”权限")
    if action is not None and action.value in actor.barred_actions:
        raise NotPermitted(f"您的账号不能操作“{action.label}”，如需开通请联系安全管理员")


def require_role(table: Table[S, A, P], actor: Actor, action: A) -> None:
    """Refuse an action that none of the actor's roles ever takes.

    :raises NotPermitted: it names the roles that may
    """
    require_unrestricted(actor, table.cycle.work, action)
    roles = table.takers(action)
    if not actor.roles & roles:
        names = "、".join(role.label for role in PEOPLE_ROLES if role in roles) or "外部系统"
        raise NotPermitted(f"“{table.action_label(action)}”由{names}操作")


def permitted(table: Table[S, A, P], actor: Actor, status: S, action: A, ties: AbstractSet[Labelled]) -> tuple[P, ...]:
    """Give the rows of an action that this actor may take at this status.

    :raises NotPermitted: the role never takes it, or the tie is missing
    :raises ActionNotAllowed: the action does not start at this status
    """
    require_role(table, actor, action)
    steps = table.rows(status, action)
    if not steps:
        raise _not_here(table, status, action)
    allowed = tuple(
        step for step in steps
        if any(who.role in actor.roles and (who.tie is None or who.tie in ties) for who in step.who)
    )  # fmt: skip
    if not allowed:
        raise NotPermitted(table.spoken(_why_not(actor, steps)))
    return allowed


def _why_not(actor: Actor, steps: tuple[P, ...]) -> str:
    ties = [who.tie for step in steps for who in step.who if who.role in actor.roles]
    if ties and ties[0] is not None:
        return ties[0].label
    names = "、".join(dict.fromkeys(who.role.label for step in steps for who in step.who))
    return f"这一步由{names}操作"


def _not_here(table: Table[S, A, P], status: S, action: A) -> ActionNotAllowed:
    called, noun = table.action_label(action), table.cycle.noun
    starts = {table.status_label(step.source) for step in table.rows_of(action) if step.source}
    if not starts:
        return ActionNotAllowed(f"{table.called}没有“{called}”这一步")
    everywhere = starts == {table.status_label(one) for one in table.cycle.open}
    words = "在办" if everywhere else "、".join(sorted(starts))
    return ActionNotAllowed(f"当前状态为“{table.status_label(status)}”，只有{words}的{noun}可以{called}")


def choose(table: Table[S, A, P], steps: tuple[P, ...], held: AbstractSet[Labelled]) -> P:
    """Choose among the rows of one action at one status, not empty, by the guards that hold.

    :raises ActionNotAllowed: no row holds; the sentence says what is missing
    """
    choosing = table.cycle.choosing
    missing = [[guard for guard in step.guards if guard in choosing and guard not in held] for step in steps]
    fitting = [step for step, lacks in zip(steps, missing, strict=True) if not lacks]
    failed = [guard for guard in fitting[0].guards if guard not in held] if fitting else missing[0]
    if failed:
        raise ActionNotAllowed(table.spoken(failed[0].label))
    return fitting[0]


@dataclass(frozen=True, slots=True)
class Offer(Generic[A, P]):
    """Tell of one action whether somebody may take it now: its row, or the reason why not."""

    action: A
    label: str
    step: P | None = None
    reason: str = ""


def offers(
    table: Table[S, A, P],
    actor: Actor,
    status: S,
    actions: Iterable[A],
    *,
    ties: AbstractSet[Labelled],
    held: AbstractSet[Labelled],
) -> list[Offer[A, P]]:
    """Tell of each action that starts somewhere whether this person may take it now."""
    known = held | table.cycle.later

    def offer(action: A) -> Offer[A, P]:
        label = table.action_label(action, status)
        try:
            return Offer(action, label, choose(table, permitted(table, actor, status, action, ties), known))
        except Refusal as refusal:
            return Offer(action, label, reason=refusal.message)

    return [offer(action) for action in actions if any(step.source for step in table.rows_of(action))]


def faults_of(asked: Mapping[N, bool], checks: Mapping[N, Any], given: Any) -> dict[str, str]:
    """Word what is wrong with the inputs of a step, by need; `asked` says of each whether the step insists on it."""
    said = ((need, checks[need](given, insists)) for need, insists in asked.items() if need in checks)
    return {need.value: words for need, words in said if words}
