"""The page of a list: drawn whole from the declarations of its state."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import dialogs
from components.kit.icons import icon
from components.kit.listing import export_button, listing
from components.kit.tables import tables
from components.shell import page


def list_page(
    state: Any,
    place: str,
    *more: rx.Component,
    new: str = "",
    beside: rx.Component | None = None,
    above: rx.Component | None = None,
    title: str = "",
) -> rx.Component:
    """Draw the page of a `ListState` with its dialogs.

    :param new: the word of the button that opens the dialog `new`
    :param more: what else the page needs, such as a style sheet or a dialog of its own
    :param beside: what may be done besides, left of that button
    :param above: what stands above the list
    :param title: what the list is called where it is not all of the page
    """
    stack = rx.el.div(above or rx.fragment(), listing(state, title), class_name="stack")
    export = rx.fragment() if title else export_button(state)
    return page(
        *more,
        stack,
        dialogs(state) if hasattr(state, "DIALOGS") else rx.fragment(),
        place=place,
        actions=rx.fragment(export, beside or rx.fragment(), _new(state, new)),
    )


def tables_page(
    state: Any, place: str, *more: rx.Component, new: str = "", beside: rx.Component | None = None
) -> rx.Component:
    """Draw the page of a `TablesState` with its dialogs; the parameters are those of `list_page`."""
    actions = rx.fragment(beside or rx.fragment(), _new(state, new))
    return page(*more, rx.el.div(tables(state), class_name="stack"), dialogs(state), place=place, actions=actions)


def _new(state: Any, word: str) -> rx.Component:
    if not word:
        return rx.fragment()
    return rx.el.button(icon("plus"), word, type="button", class_name="btn pri", on_click=state.ask("new", ""))
