"""办理流程: the standard process and every version of the configured ones."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import arrange_sheet
from components.processes.list import process_list
from components.shell import page
from state.processes.listing import ProcessListState


def processes() -> rx.Component:
    return page(
        arrange_sheet(),
        process_list(),
        place="/processes",
        actions=rx.el.button(
            "复制为新流程",
            type="button",
            class_name="btn pri",
            on_click=ProcessListState.ask_copy("standard", ""),
        ),
    )
