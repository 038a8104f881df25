"""我的账号: password, second factor, sessions, delegations."""

from __future__ import annotations

import reflex as rx

from components.me.own import own
from components.me.sheet import sheet
from components.orgs.pieces import sheet as orgs_sheet
from components.shell import page


def own_account() -> rx.Component:
    return page(orgs_sheet(), sheet(), own(), place="/me")
