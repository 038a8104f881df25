"""The watermark: who looks at this page, over everything and in the way of nothing."""

from __future__ import annotations

import reflex as rx

ROWS = 40


def watermark(text: str | rx.Var[str]) -> rx.Component:
    """This function will lay a text over its surroundings; repeat it inside dialogs, which lie above all else."""
    words = rx.Var.create(text)
    return rx.el.div(
        *[rx.el.span(words) for _ in range(ROWS)],
        class_name="wm",
        custom_attrs={"aria-hidden": "true"},
    )
