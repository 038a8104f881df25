"""The list of processes, and the dialogs that copy one or take one out of use."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import field, text_input
from components.kit.show import alert, card, empty, skeleton, tag
from components.kit.table import Column, table
from state.processes.listing import ProcessListState as S
from state.processes.shapes import VersionShown


def process_list() -> rx.Component:
    """Draw the standard process, then all versions of the others."""
    return rx.cond(
        S.loaded, rx.el.div(_standard(), _versions(), copy_dialog(), _retire_dialog(), class_name="stack"), skeleton()
    )


def _standard() -> rx.Component:
    return card(
        "标准流程",
        rx.el.p(
            "没有绑定其他流程的类别都按标准流程办理。标准流程不能修改：请复制为新流程，改好、试运行后再启用。",
            class_name="muted",
        ),
        rx.el.p("在办案件 ", rx.el.b(S.standard_open), " 件"),
        actions=rx.el.a("查看流程图", href="/process/standard", class_name="btn"),
        icon="branch",
    )


def _versions() -> rx.Component:
    return card(
        "",
        table(
            S.versions,
            COLUMNS,
            row_key=lambda one: one.id,
            row_href=lambda one: one.href,
            empty=empty("还没有配置过流程", "从标准流程复制一份，改好并启用后会列在这里"),
        ),
    )


def _acts(one: VersionShown) -> rx.Component:
    return rx.el.span(
        rx.el.button("复制为新版本", type="button", class_name="btn txt small", on_click=S.ask_copy(one.id, one.code)),
        rx.el.button("复制为新流程", type="button", class_name="btn txt small", on_click=S.ask_copy(one.id, "")),
        rx.cond(
            one.state != "retired",
            rx.el.button(
                rx.cond(one.state == "draft", "放弃草稿", "停用"),
                type="button",
                class_name="btn txt small",
                on_click=S.ask_retire(one.id),
            ),
        ),
        class_name="row-acts",
    )


COLUMNS = [
    Column("name", "流程", lambda one: rx.el.a(one.name, href=one.href), phone="title"),
    Column("code", "代码", lambda one: rx.el.code(one.code), phone="head"),
    Column("version", "版本", lambda one: rx.el.span(one.version)),
    Column("state", "状态", lambda one: tag(one.state_label, one.tone), phone="tag"),
    Column("bound", "适用类别", lambda one: rx.el.span(one.bound, title=one.bound, class_name="ell bound")),
    Column("open", "在办案件", lambda one: rx.el.span(one.open_cases)),
    Column("enabled", "启用", lambda one: rx.el.span(one.enabled)),
    Column("acts", "操作", _acts),
]


def copy_dialog() -> rx.Component:
    """Draw the dialog that begins a draft."""
    return dialog(
        S.copying != "",
        rx.cond(S.copying_code != "", "复制为新版本", "复制为新流程"),
        rx.el.form(
            rx.el.p("从“", S.copying_title, "”复制一份草稿，在办案件不受影响。", class_name="muted"),
            field(
                "流程名称",
                text_input("name", default=rx.cond(S.copying_code != "", S.copying_title, ""), max_length=60),
                name="name",
                required=True,
                error=S.faults["name"],
                wide=True,
            ),
            rx.cond(
                S.copying_code == "",
                field(
                    "流程代码",
                    text_input("code", placeholder="例如 labour"),
                    name="code",
                    required=True,
                    hint="2 至 30 位小写字母、数字、横线，以字母开头；以后的版本沿用这个代码",
                    error=S.faults["code"],
                    wide=True,
                ),
            ),
            rx.el.div(
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button("复制", type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.copy,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _retire_dialog() -> rx.Component:
    one = S.retiring
    return dialog(
        one.id != "",
        rx.cond(one.state == "draft", "放弃草稿", "停用流程"),
        rx.cond(
            one.state == "draft",
            rx.el.p("“", one.name, "”", one.version, "还没有启用，放弃后不能再修改，仍留在列表中。"),
            rx.el.div(
                rx.el.p("停用“", one.name, "”", one.version, "后："),
                rx.el.ul(
                    rx.el.li("适用类别（", one.bound, "）新受理的案件按标准流程办理；"),
                    rx.el.li("在办案件（", one.open_cases, " 件）仍按这个版本办完。"),
                    class_name="plain-list",
                ),
            ),
        ),
        alert("yellow", "停用后不能恢复，需要时可复制为新版本再启用。"),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
            rx.el.button(
                rx.cond(one.state == "draft", "放弃", "停用"), type="button", class_name="btn danger", on_click=S.retire
            ),
            class_name="form-foot",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
