"""What a change of the calendar would do to open cases, shown before it is done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit import asking
from state.calendar.foreseen import AMONG, THEN


def foreseen(sentence: Any, examples: Any, *, back: Any, act: Any) -> rx.Component:
    """Draw the sum, some of the cases, and the way back or on."""
    return asking.foreseen(sentence, examples, AMONG, THEN, back=back, act=act)


def foot(close: rx.EventHandler, word: str | rx.Var[str]) -> rx.Component:
    """Draw the end of a form: close it, or go on."""
    return rx.el.div(
        rx.el.button("取消", type="button", class_name="btn", on_click=close),
        rx.el.button(word, type="submit", class_name="btn pri"),
        class_name="form-foot",
    )
