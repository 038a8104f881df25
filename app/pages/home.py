"""The front door: it leads on, and tells those without a desk what is theirs."""

from __future__ import annotations

import reflex as rx

from components.kit.show import card, empty
from components.shell import page


def home() -> rx.Component:
    """This function will draw what is seen for a moment, or stays for the administrators."""
    return page(
        card("", empty("欢迎使用", "您的账号没有业务待办；账号、策略和审计由命令行工具管理，见操作手册")),
        title="首页",
        crumbs=[("首页", "")],
    )
