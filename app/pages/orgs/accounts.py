"""账号管理: the accounts that the person administers."""

from __future__ import annotations

import reflex as rx

from components.orgs.accounts import accounts, acts, dialogs
from components.orgs.pieces import sheet
from components.shell import page


def account_list() -> rx.Component:
    return page(
        sheet(),
        accounts(),
        dialogs(),
        place="/accounts",
        actions=acts(),
    )
