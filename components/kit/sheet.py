"""A style sheet that belongs to some pages alone; it is bundled with them."""

from __future__ import annotations

from functools import cache
from typing import Any

import reflex as rx


def sheet(name: str) -> rx.Component:
    """Bring `assets/kit/<name>.css`, for its effect."""
    return _of(name).create()


@cache
def _of(name: str) -> Any:
    class Sheet(rx.Fragment):
        def add_imports(self) -> dict[str, str | Any]:
            return {"": f"$/public/kit/{name}.css"}

    return Sheet


def arrange_sheet() -> rx.Component:
    """Bring the style of the pages that arrange processes, limits and calendars."""
    return sheet("arrange")
