"""A modal dialog on native `<dialog>`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import no_args_event_spec

from components.kit.icons import icon
from components.kit.watermark import watermark as draw_watermark


class _Dialog(rx.Component):
    library = rx.asset("dialog.jsx", shared=True).importable_path
    tag = "Dialog"
    open: rx.Var[bool]
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
    """This function will draw a dialog that lies above everything while `open` holds.

    Its content is mounted anew at each opening.

    :param on_close: event for Esc and the cross; it must make `open` false
    :param watermark: text to repeat inside, since a dialog lies above the page's own watermark
    """
    return _Dialog.create(
        rx.el.header(
            rx.el.h2(title),
            rx.el.button(
                icon("close"), type="button", class_name="x", on_click=on_close, custom_attrs={"aria-label": "关闭"}
            ),
        ),
        rx.el.div(*children, class_name="bd"),
        rx.el.footer(footer) if footer is not None else rx.fragment(),
        draw_watermark(watermark) if watermark is not None else rx.fragment(),
        open=open,
        on_close=on_close,
        class_name="dialog wide" if wide else "dialog",
        custom_attrs={"aria-label": title},
    )
