"""The cases behind a number."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import sheet
from components.plain import list_page
from state.statistics.behind import BehindState as S


def cases_behind() -> rx.Component:
    """Draw the list, and above it what the number counts and leaves out."""
    said = rx.el.div(rx.el.b(S.what), rx.el.span(S.says, class_name="muted"), class_name="card behind")
    return list_page(S, "/figures/cases", sheet("board"), above=said)
