"""Writes: units, accounts, signing in and out."""

from __future__ import annotations

from domain.orgs.operations.accounts import add_account, disable, reset_password
from domain.orgs.operations.signing import end_sessions, sign_in, sign_out, touch
from domain.orgs.operations.units import add_unit

__all__ = [
    "add_account",
    "add_unit",
    "disable",
    "end_sessions",
    "reset_password",
    "sign_in",
    "sign_out",
    "touch",
]
