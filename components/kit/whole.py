"""One part of a page on the whole screen, for a wall, and a tour of it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.scripts import library


class _Whole(rx.Component):
    library = library("whole")
    tag = "Whole"
    part: rx.Var[str]


class _Tour(rx.Component):
    library = library("tour")
    tag = "Tour"
    seconds: rx.Var[int]
    on_step: rx.EventHandler[rx.event.no_args_event_spec]
    on_rest: rx.EventHandler[rx.event.no_args_event_spec]


def whole_screen(part: str) -> rx.Component:
    """Draw the button that shows the part with this id alone on the screen, and back."""
    return _Whole.create(part=part)


def tour(on_step: Any, on_rest: Any, *, seconds: int = 60) -> rx.Component:
    """Draw the button that goes on by itself until a key or a press ends it.

    :param on_step: event that goes on, at once and every so many seconds
    :param on_rest: event that shows all again
    """
    return _Tour.create(seconds=seconds, on_step=on_step, on_rest=on_rest)
