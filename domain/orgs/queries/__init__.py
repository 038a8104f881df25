"""Reads of units, accounts, roles and sessions."""

from __future__ import annotations

from domain.orgs.queries.accounts import (
    AccountState,
    account,
    accounts,
    administered_by,
    count_states,
    find_account,
    role_label,
    units_of_county,
)
from domain.orgs.queries.acting import (
    Held,
    actor_of,
    actor_of_account,
    actor_of_login,
    find_session,
    held,
    keeper_of_centre,
    person_of_login,
)
from domain.orgs.queries.explain import delegations, explained, unit_names
from domain.orgs.queries.own import (
    Security,
    is_enrolled,
    is_new_address,
    own_security,
    own_sessions,
    own_sign_ins,
)
from domain.orgs.queries.receiving import (
    Attendance,
    Duties,
    able_accounts,
    anybody,
    attendance,
    unattended,
    unattended_names,
)
from domain.orgs.queries.roles import codes_known, others_of_duty, require_administrator, roles
from domain.orgs.queries.staff import accounts_within, logins_of, name_of, staff_names
from domain.orgs.queries.units import (
    centre_name,
    department_by_code,
    departments,
    office_phone,
    unit_names_by_code,
    units_by_id,
    units_of_codes,
)

__all__ = [
    "AccountState",
    "Attendance",
    "Duties",
    "Held",
    "Security",
    "able_accounts",
    "account",
    "accounts",
    "accounts_within",
    "actor_of",
    "actor_of_account",
    "actor_of_login",
    "administered_by",
    "anybody",
    "attendance",
    "centre_name",
    "codes_known",
    "count_states",
    "delegations",
    "department_by_code",
    "departments",
    "explained",
    "find_account",
    "find_session",
    "held",
    "is_enrolled",
    "is_new_address",
    "keeper_of_centre",
    "logins_of",
    "name_of",
    "office_phone",
    "others_of_duty",
    "own_security",
    "own_sessions",
    "own_sign_ins",
    "person_of_login",
    "require_administrator",
    "role_label",
    "roles",
    "staff_names",
    "unattended",
    "unattended_names",
    "unit_names",
    "unit_names_by_code",
    "units_by_id",
    "units_of_codes",
    "units_of_county",
]
