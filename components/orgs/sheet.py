"""The style sheet of the own account and of the security values."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import sheet as bring


def sheet() -> rx.Component:
    """Bring the style of the own account and of the security values."""
    return bring("own")
