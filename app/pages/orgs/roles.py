"""角色与授权: roles, what they grant, and who waits for one."""

from __future__ import annotations

import reflex as rx

from components.orgs.pieces import sheet
from components.orgs.roles import dialogs, roles
from components.shell import page


def role_list() -> rx.Component:
    """Draw the roles of the county."""
    return page(
        sheet(),
        roles(),
        dialogs(),
        place="/roles",
        actions=rx.el.a("账号管理", href="/accounts", class_name="btn"),
    )
