"""A menu that opens under its button; Esc and a click elsewhere close it (assets/desk.js)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon


def menu(label: Any, *items: Any, class_name: str = "", look: str = "btn") -> rx.Component:
    """Draw a button and, when pressed, what is under it.

    :param items: what the panel holds; `class_name="item"` makes a button or link one of its rows
    :param look: class of the button
    """
    return rx.el.details(
        rx.el.summary(label, icon("chevron", 14, turn=True), class_name=look),
        rx.el.div(*items, class_name="pop"),
        class_name=f"menu {class_name}".strip(),
    )
