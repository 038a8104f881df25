"""The departments that took such cases before, offered where a step chooses one."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from state.inputs import Choice


def suggested(
    matter: rx.Var[str], found: rx.Var[list[Choice]], pick: Callable[[Choice], rx.event.EventSpec]
) -> rx.Component:
    """Draw the departments to be pressed, with how often each took such a case; the choice stays with the person."""
    words = rx.el.small("近一年办理“", matter, "”较多的单位：", class_name="muted")
    offered = rx.el.div(
        words,
        rx.foreach(found, lambda one: rx.el.button(one.label, type="button", class_name="chip", on_click=pick(one))),
        class_name="chips suggested",
        role="group",
        custom_attrs={"aria-label": "曾办理同类事项的单位"},
    )
    return rx.cond(found.length() > 0, offered)
