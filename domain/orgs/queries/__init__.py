"""Reads of units, accounts, roles and sessions."""

from __future__ import annotations

from domain.orgs.queries.acting import (
    Held,
    actor_of,
    actor_of_account,
    actor_of_login,
    find_session,
    held,
    keeper_of_centre,
)
from domain.orgs.queries.staff import name_of, staff_names
from domain.orgs.queries.units import department_by_code, departments, unit_names_by_code, units_by_id

__all__ = [
    "Held",
    "actor_of",
    "actor_of_account",
    "actor_of_login",
    "department_by_code",
    "departments",
    "find_session",
    "held",
    "keeper_of_centre",
    "name_of",
    "staff_names",
    "unit_names_by_code",
    "units_by_id",
]
