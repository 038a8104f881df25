"""Pictures: sent as they are, with progress, named by what the server answers."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from components.kit.scripts import library
from domain.kernel.pictures import ACCEPT, MAX_BYTES, TOLD


class _Photos(rx.Component):
    library = library("photos")
    tag = "Photos"
    endpoint: rx.Var[str]
    accept: rx.Var[str]
    most_bytes: rx.Var[int]
    told: rx.Var[str]
    most: rx.Var[int]
    on_change: rx.EventHandler[passthrough_event_spec(list[str])]


def photos(*, endpoint: str = "/api/v1/attachments", most: int = 9, on_change: Any, error: Any = "") -> rx.Component:
    """Draw a grid of pictures and tiles that take new ones.

    :param endpoint: answers 201 with {id, kind, size, note}, or problem+json whose `detail` is shown on the tile
    :param on_change: event that takes the list of ids after each change
    :param error: a sentence, where no field around it shows one
    """
    drawn = _Photos.create(
        endpoint=endpoint, most=most, accept=ACCEPT, most_bytes=MAX_BYTES, told=TOLD, on_change=on_change
    )
    if isinstance(error, str) and not error:
        return drawn
    return rx.el.div(drawn, rx.cond(error, rx.el.span(error, class_name="fault", role="alert")), class_name="field")
