"""Where the kit's React parts lie, and what the modules that wrap them share."""

from __future__ import annotations

from typing import Any

import reflex as rx


def library(name: str) -> str:
    """Give the import path of `assets/kit/<name>.jsx`."""
    return f"$/public/kit/{name}.jsx"


def given(**props: Any) -> dict[str, Any]:
    """Keep the props that have a value."""
    return {key: value for key, value in props.items() if value is not None}


def pairs(choices: Any) -> Any:
    """Give options as objects with value and label, whether they came as pairs or as a var."""
    if isinstance(choices, rx.Var):
        return choices
    return [{"value": value, "label": label} for value, label in choices]


class _Watermark(rx.Component):
    library = library("shell")
    tag = "Watermark"
    text: rx.Var[str]


def watermark(text: Any) -> rx.Component:
    """Lay name, account and time over everything; a dialog needs one of its own."""
    return _Watermark.create(text=text)
