"""The page of a list: drawn whole from the declarations of its state."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import dialogs
from components.kit.icons import icon
from components.kit.listing import export_button, listing
from components.shell import page


def list_page(
    state: Any,
    place: str,
    *more: rx.Component,
    new: str = "",
    beside: rx.Component | None = None,
    above: rx.Component | None = None,
) -> rx.Component:
    """Draw the page of a `ListState` with its dialogs.

    :param new: the word of the button that opens the dialog `new`
    :param more: what else the page needs, such as a style sheet or a dialog of its own
    :param beside: what may be done besides, left of that button
    :param above: what stands above the list
    """
    button = rx.fragment()
    if new:
        button = rx.el.button(icon("plus"), new, type="button", class_name="btn pri", on_click=state.ask("new", ""))
    return page(
        *more,
        rx.el.div(above or rx.fragment(), listing(state), class_name="stack"),
        dialogs(state) if hasattr(state, "DIALOGS") else rx.fragment(),
        place=place,
        actions=rx.fragment(export_button(state), beside or rx.fragment(), button),
    )
