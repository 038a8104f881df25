"""The ruling's own table, read without the help of the product."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from domain.cases.policy import Bond
from domain.cases.vocabulary import Action, Status
from domain.kernel.permissions import Role

_FILE = Path(__file__).with_name("transitions.csv")
PREVIOUS = "previous"
_DECIDED_BY_LEADER_IF_ORDER = {"21", "22", "25"}
"""Workflow ruling §2: "A; L if leader_order"."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as it is written."""

    number: str
    source: Status | None
    action: Action
    who: tuple[str, ...]
    target: str
    opinion: bool

    @property
    def roles(self) -> set[Role]:
        """Tell the roles that the line names, ties left aside."""
        return {role for token in self.who for role in _ROLES.get(token, ()) or (Role(token.partition(":")[0]),)}


_ROLES: dict[str, tuple[Role, ...]] = {
    "owner": (Role.GUIDE, Role.REGISTRAR, Role.CENTER_ADMIN),
    "requester": (Role.CENTER_ADMIN, Role.OFFICER),
    "issuer": (Role.CENTER_ADMIN, Role.LEADER),
    "reporting_unit": (Role.REGISTRAR,),
}


def _read() -> tuple[Row, ...]:
    with _FILE.open(encoding="utf-8") as file:
        return tuple(
            Row(
                line["row"],
                None if line["from"] == "-" else Status(line["from"]),
                Action(line["action"]),
                tuple(line["who"].split()),
                line["to"],
                line["opinion_required"] == "1",
            )
            for line in csv.DictReader(file)
        )


ROWS = _read()
DECIDED = {(row.source, row.action) for row in ROWS}
ROLES_OF = {action: set().union(*(r.roles for r in ROWS if r.action is action)) for action in Action}


def rows(status: Status, action: Action) -> list[Row]:
    """List the lines of an action at a status."""
    return [row for row in ROWS if row.source is status and row.action is action]


def decision(role: Role, status: Status, action: Action, bond: Bond) -> str:
    """Say by the table alone what becomes of an attempt: ok, not_permitted or action_not_allowed."""
    if role not in ROLES_OF[action]:
        return "not_permitted"
    found = rows(status, action)
    if not found:
        return "action_not_allowed"
    return "ok" if permitted(role, status, action, bond) else "not_permitted"


def permitted(role: Role, status: Status, action: Action, bond: Bond) -> list[Row]:
    """List the lines of an action at a status whose people include somebody of this role and these ties."""
    return [row for row in rows(status, action) if any(_may(token, role, row, bond) for token in row.who)]


def _may(token: str, role: Role, row: Row, bond: Bond) -> bool:
    if token in _ROLES:
        tie = {"owner": bond.own, "requester": bond.requester, "issuer": bond.issuer, "reporting_unit": bond.own}
        return role in _ROLES[token] and tie[token]
    name, _, narrowed = token.partition(":")
    if name != role.value:
        return False
    if narrowed:
        return bond.own if narrowed == "own" else bond.assist
    if role in {Role.OFFICER, Role.DEPARTMENT_HEAD}:
        return bond.lead
    if role is Role.PETITIONER:
        return bond.own
    return not (role is Role.CENTER_ADMIN and bond.order and row.number in _DECIDED_BY_LEADER_IF_ORDER)
