"""What the pages on personal data share: their style."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.sheet import sheet as bring


def sheet() -> rx.Component:
    """Bring the style of these pages."""
    return bring("privacy")


def foot(word: str, on_close: Any) -> rx.Component:
    """Draw the last line of a dialog's form."""
    return rx.el.div(
        rx.el.button("取消", type="button", class_name="btn", on_click=on_close),
        rx.el.button(word, type="submit", class_name="btn pri"),
        class_name="form-foot",
    )
