"""Writes: units, accounts, rights, delegations, signing in and out."""

# pyright: reportUnusedImport=false
from __future__ import annotations

from domain.orgs.operations.accounts import (
    add_account,
    change_account,
    check_accounts,
    disable,
    enable,
    follow_areas,
    import_accounts,
    reset_password,
    unlock,
)
from domain.orgs.operations.delegation import delegate, end_delegation, wear
from domain.orgs.operations.grants import end_role, grant_roles, restrict, set_role
from domain.orgs.operations.own import change_password, end_other_sessions, end_session
from domain.orgs.operations.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    new_recovery_codes,
    remove_second_factor,
    reset_second_factor,
)
from domain.orgs.operations.sign_on import link_for, link_own, unlink_own
from domain.orgs.operations.signing import end_sessions, finish_sign_in, renew, sign_in, sign_out, touch
from domain.orgs.operations.units import (
    add_unit,
    change_unit,
    check_units,
    create_unit,
    disable_unit,
    enable_unit,
    import_units,
)
from domain.orgs.operations.values import set_values
