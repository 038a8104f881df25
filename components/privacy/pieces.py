"""What the pages on personal data share: their style, and boxes for wide tables."""

from __future__ import annotations

from typing import Any

import reflex as rx


class _Sheet(rx.Fragment):
    def add_imports(self) -> dict[str, str]:
        """Import the sheet for its effect."""
        return {"": "$/public/kit/privacy.css"}


def sheet() -> rx.Component:
    """Bring the style of these pages."""
    return _Sheet.create()


def listed(label: str, head: tuple[str, ...], rows: rx.Component) -> rx.Component:
    """Draw a table that becomes cards on a phone."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[rx.el.th(word, scope="col") for word in head])),
            rx.el.tbody(rows),
            class_name="table",
        ),
        class_name="wide-box",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": label},
    )


def cell(label: str, content: Any, place: str = "as-line") -> rx.Component:
    """Draw one cell; a phone writes the label beside it."""
    return rx.el.td(content, class_name=place, custom_attrs={"data-label": label})


def foot(word: str, on_close: Any, *more: rx.Component, ready: Any = True) -> rx.Component:
    """Draw the last line of a dialog's form."""
    return rx.el.div(
        rx.el.button("取消", type="button", class_name="btn", on_click=on_close),
        *more,
        rx.el.button(word, type="submit", class_name="btn pri", disabled=~rx.Var.create(ready)),
        class_name="form-foot",
    )
