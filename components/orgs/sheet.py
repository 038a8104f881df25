"""The style sheet of the own account and of the security values."""

from __future__ import annotations

import reflex as rx


class _Sheet(rx.Fragment):
    def add_imports(self) -> dict[str, str]:
        """Import the sheets for their effect."""
        return {"": "$/public/kit/own.css"}


def sheet() -> rx.Component:
    """Bring the style of the own account and of the security values."""
    return _Sheet.create()
