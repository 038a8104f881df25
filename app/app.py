"""The application as Reflex loads it: shell first, then pages and wiring."""

from __future__ import annotations

import reflex as rx
from reflex_base.event import noop

from app.wiring import wire
from components.kit import around
from state import telling

STYLES = ("tokens", "base", "frame", "form", "table", "show", "print")


def shell() -> rx.App:
    """Make the application without any page: style, language, and what replaces Reflex's English."""
    return rx.App(
        html_lang="zh-CN",
        # Our own base sheet sets every element; Reflex's reset would come after it in some browsers' eyes only.
        reset_style=False,
        stylesheets=[f"/styles/{name}.css" for name in STYLES],
        head_components=around.head(),
        toaster=around.toaster(),
        app_wraps={
            (55, "ErrorBoundary"): lambda stateful: around.boundary(**({} if stateful else {"on_error": noop()})),
            (5, "Overlay"): lambda stateful: around.offline_bar() if stateful else None,
        },
    )


def build() -> rx.App:
    """Make the whole application."""
    telling.replace_toasts()
    made = wire(shell())
    made.add_page(around.not_found, route="404", title="没有找到")
    return made


app = build()
