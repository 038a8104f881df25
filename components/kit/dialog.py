"""A modal dialog on native `<dialog>`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import no_args_event_spec

from components.kit.scripts import library


class _Dialog(rx.Component):
    library = library("dialog")
    tag = "Dialog"
    open: rx.Var[bool]
    title: rx.Var[str]
    wide: rx.Var[bool]
    watermark: rx.Var[str]
    on_close: rx.EventHandler[no_args_event_spec]


def dialog(
    open: Any,  # noqa: A002 — the attribute's own name
    title: Any,
    *children: Any,
    on_close: Any,
    footer: rx.Component | None = None,
    wide: bool = False,
    watermark: Any = None,
) -> rx.Component:
    """Draw a dialog that lies above everything while `open` holds.

    Its content is mounted anew at each opening; the focus goes back to where it was.

    :param on_close: event for Esc and the cross; it must make `open` false
    :param watermark: text to repeat inside, since a dialog lies above the page's own watermark
    """
    foot = [] if footer is None else [rx.el.div(footer, class_name="form-foot")]
    return _Dialog.create(
        *children,
        *foot,
        open=open,
        title=title,
        wide=wide,
        watermark="" if watermark is None else watermark,
        on_close=on_close,
    )
