"""账号: one account and what is done with it."""

from __future__ import annotations

import reflex as rx

from components.kit.addressed import back_to
from components.orgs import account_dialogs, granting, handing
from components.orgs.account import account, acts
from components.orgs.pieces import sheet
from components.shell import page
from state.orgs.account import AccountState
from state.orgs.accounts import AccountListState


def account_detail() -> rx.Component:
    one = AccountState.one
    return page(
        sheet(),
        account(),
        account_dialogs.dialogs(),
        granting.dialogs(),
        handing.hand_over_dialog(),
        place="/account/[login]",
        title=rx.cond(one.name != "", one.name, "账号"),
        crumbs=[("组织与账号", ""), ("账号管理", back_to(AccountListState, "/accounts")), (one.login, "")],
        actions=acts(),
    )
