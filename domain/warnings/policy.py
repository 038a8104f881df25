"""Who answers a risk label: the people of the department that leads the case."""

from __future__ import annotations

from domain.cases.models import Case
from domain.cases.policy import require_unrestricted
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import NotPermitted

ANSWERERS = (Role.OFFICER, Role.DEPARTMENT_HEAD)


def speaks_for_a_department(actor: Actor) -> bool:
    """Tell whether a person may answer for any department at all."""
    return actor.has(*ANSWERERS) and actor.may(Permission.CASE_WORK) and bool(actor.unit_ids)


def may_answer(actor: Actor, case: Case) -> bool:
    """Tell whether a person may answer what is said of a case."""
    return speaks_for_a_department(actor) and case.lead_unit_id in actor.unit_ids


def require_answerer(actor: Actor, case: Case) -> None:
    """Refuse who does not answer for the case's lead department.

    :raises NotPermitted: the account only reads, lost the permission, or is of another department or role
    """
    require_unrestricted(actor)
    if not may_answer(actor, case):
        raise NotPermitted("风险预警由主办单位的经办或领导反馈")
