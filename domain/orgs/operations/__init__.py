"""Writes: units, accounts, rights, delegations, signing in and out."""

from __future__ import annotations

from domain.orgs.operations.accounts import (
    add_account,
    change_account,
    check_accounts,
    disable,
    enable,
    import_accounts,
    reset_password,
    unlock,
)
from domain.orgs.operations.delegation import delegate, end_delegation, wear
from domain.orgs.operations.grants import end_role, grant_roles, restrict, set_role
from domain.orgs.operations.signing import end_sessions, sign_in, sign_out, touch
from domain.orgs.operations.units import (
    add_unit,
    change_unit,
    check_units,
    create_unit,
    disable_unit,
    enable_unit,
    import_units,
)

__all__ = [
    "add_account",
    "add_unit",
    "change_account",
    "change_unit",
    "check_accounts",
    "check_units",
    "create_unit",
    "delegate",
    "disable",
    "disable_unit",
    "enable",
    "enable_unit",
    "end_delegation",
    "end_role",
    "end_sessions",
    "grant_roles",
    "import_accounts",
    "import_units",
    "reset_password",
    "restrict",
    "set_role",
    "sign_in",
    "sign_out",
    "touch",
    "unlock",
    "wear",
]
