"""Who may take a step: role by the table, and the tie to the case that the row asks for."""

from __future__ import annotations

from dataclasses import dataclass

from domain.cases import rules
from domain.cases.process import STANDARD, Process
from domain.cases.vocabulary import Action, Status, Tie
from domain.cases.workflow import Step, Who
from domain.kernel.actor import Actor
from domain.kernel.permissions import GRANTS, PEOPLE_ROLES, Permission
from domain.kernel.refusals import NotPermitted


@dataclass(frozen=True, slots=True)
class Bond:
    """Say how an actor is tied to a case."""

    own: bool = False
    lead: bool = False
    assist: bool = False
    requester: bool = False
    issuer: bool = False
    order: bool = False


def tied(tie: Tie, bond: Bond) -> bool:
    """Decide one tie."""
    return {
        Tie.ANY: True,
        Tie.OWN: bond.own,
        Tie.LEAD: bond.lead,
        Tie.ASSIST: bond.assist,
        Tie.REQUESTER: bond.requester,
        Tie.ISSUER: bond.issuer,
        Tie.UNLESS_ORDER: not bond.order,
    }[tie]


def require_role(actor: Actor, action: Action, process: Process = STANDARD) -> None:
    """Refuse an action that none of the actor's roles ever takes in this process.

    :raises NotPermitted: it names the roles that may
    """
    require_unrestricted(actor, action)
    roles = {who.role for step in process.rows_of(action) for who in step.who}
    if not actor.roles & roles:
        names = "、".join(role.label for role in PEOPLE_ROLES if role in roles) or "外部系统"
        raise NotPermitted(f"“{process.action_label(action)}”由{names}操作")


def require_unrestricted(actor: Actor, action: Action | None = None) -> None:
    """Refuse what was taken from an account although its roles allow it.

    Without an action it is about work on cases at large (merging, families, assistants).

    :raises NotPermitted: the account only reads, or this action was barred
    """
    if actor.read_only:
        raise NotPermitted("您的账号为只读账号，不能办理")
    works = any(Permission.CASE_WORK in GRANTS[role] for role in actor.roles)
    if works and not actor.may(Permission.CASE_WORK):
        raise NotPermitted("您的账号没有“办理案件”权限")
    if action is not None and action.value in actor.barred_actions:
        raise NotPermitted(f"您的账号不能操作“{action.label}”，如需开通请联系安全管理员")


def permitted(
    actor: Actor, status: Status, action: Action, bond: Bond, process: Process = STANDARD
) -> tuple[Step, ...]:
    """Give the rows of an action that this actor may take at this status.

    :raises NotPermitted: the role never takes it, or the tie to the case is missing
    :raises ActionNotAllowed: the action does not start at this status
    """
    if process.rows_of(action):
        require_role(actor, action, process)
    else:
        require_role(actor, action)
    steps = process.rows(status, action)
    if not steps:
        raise rules.not_here(process, status, action)
    allowed = tuple(s for s in steps if any(_fits(actor, who, bond) for who in s.who))
    if not allowed:
        raise NotPermitted(process.spoken(_why_not(actor, steps)))
    return allowed


def _fits(actor: Actor, who: Who, bond: Bond) -> bool:
    return who.role in actor.roles and tied(who.tie, bond)


def _why_not(actor: Actor, steps: tuple[Step, ...]) -> str:
    ties = [who.tie for step in steps for who in step.who if who.role in actor.roles]
    if ties and ties[0].label:
        return ties[0].label
    names = "、".join(dict.fromkeys(who.role.label for step in steps for who in step.who))
    return f"这一步由{names}操作"
