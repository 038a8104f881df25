"""A file that the server makes on demand, from what stands on the page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon
from components.kit.scripts import library


class _Download(rx.Component):
    library = library("download")
    tag = "DownloadButton"
    endpoint: rx.Var[str]
    body: rx.Var[dict[str, Any]]


def download_button(label: str, *, endpoint: Any, body: Any, look: str = "btn", about: Any = None) -> rx.Component:
    """Draw a button that posts `body` and hands over the file that comes back.

    :param endpoint: answers a file with its name, `{detail}` with 202 where the file comes later, or problem+json
        whose `detail` is shown
    :param body: var of a mapping: the conditions, which no address and no log keeps
    :param about: what the button is called where its label does not say it all
    """
    named = {} if about is None else {"aria-label": about}
    return _Download.create(icon("download"), label, endpoint=endpoint, body=body, class_name=look, custom_attrs=named)
