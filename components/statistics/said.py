"""What a number counts and leaves out, above the list of its cases."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.sheet import sheet


def said(state: Any) -> rx.Component:
    """Draw `what` is counted and the sentence that `says` how, with the style sheet they need."""
    told = rx.el.div(rx.el.b(state.what), rx.el.span(state.says, class_name="muted"), class_name="card behind")
    return rx.fragment(sheet("board"), told)
