"""办理流程: the standard process and every version of the configured ones."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import arrange_sheet
from components.kit.show import card
from components.plain import list_page
from state.processes.listing import STANDARD, ProcessListState


def processes() -> rx.Component:
    copy = ProcessListState.ask("new", STANDARD)
    return list_page(
        ProcessListState,
        "/processes",
        arrange_sheet(),
        above=_standard(),
        beside=rx.el.button("复制为新流程", type="button", class_name="btn pri", on_click=copy),
    )


def _standard() -> rx.Component:
    says = "没有绑定其他流程的类别都按标准流程办理。标准流程不能修改：请复制为新流程，改好、试运行后再启用。"
    return card(
        "标准流程",
        rx.el.p(says, class_name="muted"),
        rx.el.p("在办案件 ", rx.el.b(ProcessListState.standard_open), " 件"),
        actions=rx.el.a("查看流程图", href="/process/standard", class_name="btn"),
        icon="branch",
    )
