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
        title="账号管理",
        crumbs=[("组织与账号", ""), ("账号管理", "")],
        actions=acts(),
    )
