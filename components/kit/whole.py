"""One part of a page on the whole screen, for a wall."""

from __future__ import annotations

import reflex as rx

from components.kit.scripts import library


class _Whole(rx.Component):
    library = library("whole")
    tag = "Whole"
    part: rx.Var[str]


def whole_screen(part: str) -> rx.Component:
    """Draw the button that shows the part with this id alone on the screen, and back."""
    return _Whole.create(part=part)
