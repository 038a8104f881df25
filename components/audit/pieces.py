"""What the auditor's pages share: their style sheet."""

from __future__ import annotations

import reflex as rx


class _Sheet(rx.Fragment):
    def add_imports(self) -> dict[str, str]:
        """Import the sheet for its effect."""
        return {"": "$/public/kit/audit.css"}


def sheet() -> rx.Component:
    """Bring the style of the auditor's pages."""
    return _Sheet.create()
