"""Reads of units, accounts, roles and sessions."""

# pyright: reportUnusedImport=false
from __future__ import annotations

from domain.orgs.queries.accounts import (
    AccountState,
    account,
    accounts,
    count_states,
    find_account,
    units_of_county,
)
from domain.orgs.queries.acting import (
    Held,
    actor_of,
    actor_of_account,
    actor_of_login,
    actors_in_roles,
    find_session,
    held,
    keeper_of_centre,
    person_again,
    person_of_login,
)
from domain.orgs.queries.explain import delegation, delegations, explained
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
from domain.orgs.queries.roles import codes_known, others_of_duty, roles
from domain.orgs.queries.staff import accounts_within, logins_of, name_of, staff_names
from domain.orgs.queries.units import (
    centre_name,
    county_centre,
    department_by_code,
    departments,
    office_phone,
    unit_names_by_code,
    units_by_id,
    units_of_codes,
)
