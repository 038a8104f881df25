"""A menu that opens under its button; Esc and a click elsewhere close it (assets/fengqiao.js)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon


def menu(label: Any, *items: Any) -> rx.Component:
    """This function will draw a button and, when pressed, what is under it."""
    return rx.el.details(
        rx.el.summary(label, icon("chevron", 14), class_name="btn"),
        rx.el.div(*items, class_name="pop right"),
        class_name="menu",
    )
