"""Pictures taken or chosen, shrunk in the browser, uploaded with progress."""

from __future__ import annotations

from typing import Any

import reflex as rx

_SCRIPT = rx.asset("photos.jsx", shared=True)


def _ids(ids: rx.Var[list[str]]) -> tuple[rx.Var[list[str]]]:
    return (ids,)


class Photos(rx.Component):
    """This class will wrap the picture input."""

    library = _SCRIPT.importable_path
    tag = "Photos"

    endpoint: rx.Var[str]
    most: rx.Var[int]
    on_photos: rx.EventHandler[_ids]


def photos(*, on_change: Any, endpoint: str = "/api/v1/attachments", most: int = 9) -> rx.Component:
    """This function will draw the picture input; `on_change` gets the ids of what is uploaded, after each change."""
    return Photos.create(endpoint=endpoint, most=most, on_photos=on_change)
