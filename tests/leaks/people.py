"""Who lives in the world of the leak tests, and what the rulings give each of them.

Nothing here is read from the product: roles, reach and rights are written from the workflow's roles, from the first
requirement (权限管理, 账号管理) and from docs/security.md, by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

ALL, AREA, DEPARTMENT, OWN, NONE = "all", "area", "department", "own", "none"
SEE, VISITS, DESK, WRITE, WORK, EXPORT, PRINT, REVEAL, FIGURES, HAND, PROPOSE, ARRANGE = (
    "case.view", "visit.view", "visit.register", "case.create", "case.work", "case.export", "slip.print",
    "person.reveal", "statistics.view", "work.hand_over", "account.propose", "arrange",
)  # fmt: skip
_ROLES: dict[str, tuple[str, frozenset[str]]] = {
    "guide": (OWN, frozenset({DESK, VISITS, WRITE, SEE})),
    "registrar": (OWN, frozenset({DESK, VISITS, WRITE, SEE, WORK, PRINT, REVEAL})),
    "center_admin": (
        ALL, frozenset({VISITS, WRITE, SEE, WORK, EXPORT, PRINT, REVEAL, FIGURES, HAND, PROPOSE, ARRANGE})
    ),
    "officer": (DEPARTMENT, frozenset({SEE, WORK, REVEAL})),
    "department_head": (DEPARTMENT, frozenset({SEE, WORK, EXPORT, REVEAL, FIGURES, HAND})),
    "leader": (ALL, frozenset({SEE, WORK, EXPORT, FIGURES})),
    "station": (AREA, frozenset({SEE})),
    "viewer": (ALL, frozenset({SEE, FIGURES})),
    "sysadmin": (NONE, frozenset({"unit.manage", "area.manage", "account.manage", ARRANGE})),
    "secadmin": (NONE, frozenset({"role.grant", "policy.manage", "retention.manage"})),
    "auditor": (NONE, frozenset({"journal.audit", "journal.export"})),
}  # fmt: skip
"""How far each role sees and what it may do besides the steps of a case."""
_CHANGING = frozenset({DESK, WRITE, WORK, PRINT, HAND, PROPOSE, ARRANGE, "unit.manage", "area.manage", "account.manage",
                       "role.grant", "policy.manage", "retention.manage"})  # fmt: skip
ADMINISTRATORS = frozenset({"sysadmin", "secadmin", "auditor"})


@dataclass(frozen=True)
class Who:
    """One account as the rulings see it; `units` are those that count, `stored` those that are written down."""

    login: str
    acts_as: str
    stored: tuple[str, ...] = ()
    area: str = ""
    custom: str = ""
    reach: str = ""
    denied: frozenset[str] = frozenset()
    own_rights: frozenset[str] | None = None
    read_only: bool = False
    barred_actions: tuple[str, ...] = ()
    barred_places: tuple[str, ...] = ()
    hat_of: str = ""
    ended: bool = False
    """It may not even come in: disabled, or its time is over."""
    stripped: bool = False
    """Its roles were taken away while it was signed in."""

    @property
    def units(self) -> frozenset[str]:
        """Give the units that are enabled."""
        return frozenset(self.stored) - {"off"}

    @property
    def sees_as_far_as(self) -> str:
        return NONE if self.stripped else self.reach or _ROLES[self.acts_as][0]

    @property
    def rights(self) -> frozenset[str]:
        """Give what the account may do besides the steps of a case."""
        if self.stripped:
            return frozenset()
        given = _ROLES[self.acts_as][1] if self.own_rights is None else self.own_rights
        return given - self.denied - (_CHANGING if self.read_only else frozenset())

    @property
    def own(self) -> frozenset[str]:
        """Give the logins whose records are this person's own."""
        return frozenset({self.login, self.hat_of} - {""})

    def may(self, *rights: str) -> bool:
        """Tell whether the person holds one of some rights."""
        return bool(self.rights & set(rights))


_PLAIN = (
    Who("guide", "guide", ("centre",)),
    Who("registrar", "registrar", ("centre",)),
    Who("registrar2", "registrar", ("centre",)),
    Who("center", "center_admin", ("centre",)),
    Who("center2", "center_admin", ("centre",)),
    Who("b_guide", "guide", ("other",)),
    Who("b_registrar", "registrar", ("other",)),
    Who("b_center", "center_admin", ("other",)),
    Who("rsj", "officer", ("rsj",)),
    Who("rsj2", "officer", ("rsj",)),
    Who("rsj_head", "department_head", ("rsj",)),
    Who("zjj", "officer", ("zjj",)),
    Who("zjj_head", "department_head", ("zjj",)),
    Who("mzj", "officer", ("mzj",)),
    Who("mzj_head", "department_head", ("mzj",)),
    Who("leader", "leader", ("county",)),
    Who("viewer", "viewer", ("county",)),
    Who("sysadmin", "sysadmin", ("county",)),
    Who("secadmin", "secadmin", ("county",)),
    Who("auditor", "auditor", ("county",)),
)
_STATIONS = tuple(
    Who(f"watch{area}", "station", (f"s{area}",) if area in {"35", "350", "305"} else ("county",), area=area)
    for area in ("3", "30", "35", "350", "305", "3050")
)
"""One reader for each area; the codes begin alike."""
_SPECIAL = (
    Who("two_units", "officer", ("zjj", "mzj")),
    Who("no_unit", "officer"),
    Who("no_unit_desk", "registrar"),
    Who("in_disabled", "officer", ("off",)),
    Who("half_disabled", "officer", ("off", "rsj")),
    Who("no_area", "station", ("county",)),
    Who("moved_away", "officer", ("zjj",)),
    Who("narrow", "center_admin", ("county",), area="35", custom="narrow_role", reach=AREA,
        own_rights=frozenset({SEE})),
    Who("narrow_leader", "leader", ("county",), area="30", custom="area_leader", reach=AREA,
        own_rights=frozenset({SEE, WORK, FIGURES})),
    Who("wide", "guide", ("centre",), custom="wide_role", reach=ALL,
        own_rights=frozenset({SEE, VISITS, FIGURES, REVEAL})),
    Who("denied", "registrar", ("centre",), denied=frozenset({SEE, VISITS})),
    Who("denied_center", "center_admin", ("centre",), denied=frozenset({SEE, FIGURES, REVEAL, VISITS})),
    Who("denied_reveal", "officer", ("rsj",), denied=frozenset({REVEAL})),
    Who("reader", "center_admin", ("centre",), read_only=True),
    Who("barred", "officer", ("rsj",), barred_actions=("accept", "submit_result"), barred_places=("/cases", "/todo")),
    Who("stand_in", "officer", ("rsj",), hat_of="rsj"),
    Who("stood_in", "officer", ("mzj",)),
    Who("stand_in_desk", "registrar", ("centre",), hat_of="registrar"),
    Who("stripped", "center_admin", ("centre",), stripped=True),
    Who("disabled", "center_admin", ("centre",), ended=True),
    Who("expired", "center_admin", ("centre",), ended=True),
)  # fmt: skip
EVERYBODY: dict[str, Who] = {who.login: who for who in (*_PLAIN, *_STATIONS, *_SPECIAL)}
AT_FIRST: dict[str, Who] = {
    "moved_away": replace(EVERYBODY["moved_away"], stored=("rsj",)),
    "stand_in": replace(EVERYBODY["stand_in"], stored=("mzj",), hat_of=""),
    "stand_in_desk": replace(EVERYBODY["stand_in_desk"], stored=("other",), hat_of=""),
}
"""As some were when the accounts were made."""


def living() -> Iterable[Who]:
    """List the people who may come in."""
    return (who for who in EVERYBODY.values() if not who.ended)


def kinds() -> list[Who]:
    """List one of each kind of people who may come in: whom no ruling tells apart from an earlier one is left out.

    The lists are read by everybody (`test_lists.py`); with `SOAK` every address is asked by everybody, too.
    """
    if os.environ.get("SOAK"):
        return list(living())
    found: dict[Who, Who] = {}
    for who in living():
        elsewhere = tuple(unit for unit in who.stored if unit in {"other", "off"})
        alike = replace(
            who, login="", stored=(str(bool(who.units)), *elsewhere), area=who.area and "x", hat_of=who.hat_of and "x"
        )
        found.setdefault(alike, who)
    return list(found.values())
