"""The front door: it leads on, and tells those without a desk what is theirs."""

from __future__ import annotations

import reflex as rx

from components.kit.show import card, empty, skeleton
from components.shell import page
from state.session import LandingState


def home() -> rx.Component:
    """Say it to those whom the door leads nowhere; the others see nothing that is not so."""
    return page(
        rx.cond(
            LandingState.stays,
            card("", empty("欢迎使用", "您的账号没有业务待办；能打开的页面列在左侧菜单中")),
            skeleton(),
        ),
        place="/",
    )
