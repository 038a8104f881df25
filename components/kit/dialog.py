"""Dialogs on the native element."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.frame import watermark as mark
from components.kit.icons import icon

_SCRIPT = rx.asset("dialog.jsx", shared=True)


class ModalDialog(rx.Component):
    """This class will wrap the native dialog."""

    library = _SCRIPT.importable_path
    tag = "ModalDialog"

    open: rx.Var[bool]
    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


def dialog(open: Any, title: Any, *children: Any, on_close: Any, watermark: Any = None) -> rx.Component:  # noqa: A002 — the element's own word
    """This function will draw a dialog that is open while the var is true."""
    return ModalDialog.create(
        rx.el.header(
            rx.el.h2(title),
            rx.el.button(icon("close"), type="button", class_name="btn txt", on_click=on_close, custom_attrs={"aria-label": "关闭"}),
        ),
        rx.el.div(*children, class_name="bd"),
        mark(watermark) if watermark is not None else rx.fragment(),
        open=open,
        label=title,
        on_close=on_close,
        class_name="dlg",
    )
