"""账号管理: the accounts that the person administers."""

from __future__ import annotations

import reflex as rx

from components.orgs.accounts import acts, dialogs
from components.orgs.pieces import sheet
from components.plain import list_page
from state.orgs.accounts import AccountListState


def account_list() -> rx.Component:
    return list_page(AccountListState, "/accounts", sheet(), dialogs(), beside=acts())
