"""A style sheet that belongs to some pages alone; it is bundled with them."""

from __future__ import annotations

import reflex as rx


class _Arrange(rx.Fragment):
    def add_imports(self) -> dict[str, str]:
        """Import the sheet for its effect."""
        return {"": "$/public/kit/arrange.css"}


def arrange_sheet() -> rx.Component:
    """Bring the style of the pages that arrange processes, limits and calendars."""
    return _Arrange.create()
