"""我的账号: password, second factor, sessions, delegations."""

from __future__ import annotations

import reflex as rx

from components.orgs.own import own
from components.orgs.pieces import sheet as orgs_sheet
from components.orgs.sheet import sheet
from components.shell import page


def own_account() -> rx.Component:
    return page(orgs_sheet(), sheet(), own(), place="/me")
