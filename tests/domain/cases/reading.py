"""The ruling's own table, read without the help of the product."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from domain.cases.policy import Bond
from domain.cases.vocabulary import Action, Status
from domain.kernel.permissions import Role
from tests.support.flow import PREVIOUS, Row, Ruling

__all__ = ["PREVIOUS", "ROLES_OF", "ROWS", "RULING", "Row"]

_DECIDED_BY_LEADER_IF_ORDER = {"21", "22", "25"}
"""Workflow ruling §2: "A; L if leader_order"."""
_ROLES: dict[str, tuple[Role, ...]] = {
    "owner": (Role.GUIDE, Role.REGISTRAR, Role.CENTER_ADMIN),
    "requester": (Role.CENTER_ADMIN, Role.OFFICER),
    "issuer": (Role.CENTER_ADMIN, Role.LEADER),
    "reporting_unit": (Role.REGISTRAR,),
}


def _roles_of(word: str) -> Iterable[Role]:
    return _ROLES.get(word) or (Role(word.partition(":")[0]),)


def _may(word: str, role: Role, row: Row, bond: Bond) -> bool:
    if word in _ROLES:
        tie = {"owner": bond.own, "requester": bond.requester, "issuer": bond.issuer, "reporting_unit": bond.own}
        return role in _ROLES[word] and tie[word]
    name, _, narrowed = word.partition(":")
    if name != role.value:
        return False
    if narrowed:
        return bond.own if narrowed == "own" else bond.assist
    if role in {Role.OFFICER, Role.DEPARTMENT_HEAD}:
        return bond.lead
    if role is Role.PETITIONER:
        return bond.own
    return not (role is Role.CENTER_ADMIN and bond.order and row.number in _DECIDED_BY_LEADER_IF_ORDER)


RULING = Ruling(Path(__file__).with_name("transitions.csv"), Status, Action, _roles_of, _may)
ROWS, ROLES_OF = RULING.rows, RULING.takers
