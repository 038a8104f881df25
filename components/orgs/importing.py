"""The dialog that brings units or accounts in from Excel: upload, preview row by row, import all or nothing."""

from __future__ import annotations

import reflex as rx
from reflex_base.event import no_args_event_spec

from components.kit.dialog import dialog
from components.kit.icons import icon
from components.kit.scripts import library
from components.kit.show import alert, tag
from state.inputs import MAX_SHEET
from state.orgs.importing import SHOWN, LineShown
from state.orgs.importing import ImportState as S


class _Upload(rx.Component):
    library = library("imports")
    tag = "SheetUpload"
    endpoint: rx.Var[str]
    on_staged: rx.EventHandler[no_args_event_spec]


class _Confirm(rx.Component):
    library = library("imports")
    tag = "SheetConfirm"
    endpoint: rx.Var[str]
    label: rx.Var[str]
    disabled: rx.Var[bool]
    on_done: rx.EventHandler[no_args_event_spec]


def import_button(which: str) -> rx.Component:
    """This function will draw the button that opens the import of "units" or "accounts"."""
    return rx.el.button(icon("download"), "从 Excel 导入", type="button", class_name="btn", on_click=S.ask(which))


def import_dialog() -> rx.Component:
    """This function will draw the import that is open."""
    body = rx.cond(S.done > 0, _done(), rx.cond(S.staged, _preview(), _upload()))
    return dialog(S.which != "", f"从 Excel 导入{S.word}", body, on_close=S.close, wide=True, watermark=S.me.watermark)


def _upload() -> rx.Component:
    return rx.el.div(
        rx.el.ol(
            rx.el.li(
                "下载 ",
                rx.el.a("导入模板", href=f"/api/v1/imports/{S.which}/template", custom_attrs={"download": "1"}),
                "，按“说明”页填写。",
            ),
            rx.el.li(f"一次最多 {S.most} 行，文件不超过 {MAX_SHEET >> 20} MB；更多的请分批导入。"),
            rx.el.li("上传后先逐行检查，有一行不对就全部不导入。"),
            rx.cond(
                S.which == "accounts",
                rx.el.li("导入成功后下载一次初始密码；账号待安全管理员授权，首次登录须修改密码。"),
            ),
            class_name="plain-list numbers",
        ),
        _Upload.create(endpoint=f"/api/v1/imports/{S.which}", on_staged=S.show),
        class_name="form",
    )


def _preview() -> rx.Component:
    summary = rx.cond(
        S.wrong > 0,
        alert(
            "red",
            rx.el.span(f"共 {S.total} 行，{S.wrong} 行有问题：请在 Excel 里改好后重新上传，目前没有导入任何内容。"),
        ),
        alert("green", rx.el.span(f"共 {S.total} 行，全部可以导入。")),
    )
    return rx.el.div(
        summary,
        _rows(),
        rx.cond(S.total > SHOWN, rx.el.p(f"只显示前 {SHOWN} 行，有问题的排在前面。", class_name="muted")),
        rx.el.div(
            rx.el.button("重新上传", type="button", class_name="btn", on_click=S.again),
            _Confirm.create(
                endpoint=f"/api/v1/imports/{S.which}/confirm",
                label=f"导入 {S.total} 行",
                disabled=S.wrong > 0,
                on_done=S.finish,
            ),
            class_name="form-foot",
        ),
        class_name="form",
    )


def _rows() -> rx.Component:
    def row(one: LineShown) -> rx.Component:
        said = rx.cond(
            one.faults.length() > 0,
            rx.el.ul(rx.foreach(one.faults, lambda text: rx.el.li(text, class_name="error"))),
            tag("可导入", "green"),
        )
        return rx.el.tr(
            rx.el.th(one.number, scope="row"),
            rx.el.td(said, class_name="said"),
            rx.foreach(one.cells, lambda text: rx.el.td(text, title=text)),
            class_name=rx.cond(one.faults.length() > 0, "bad", ""),
        )

    head = rx.el.tr(
        rx.el.th("行", scope="col"),
        rx.el.th("检查结果", scope="col"),
        rx.foreach(S.heads, lambda word: rx.el.th(word, scope="col")),
    )
    return rx.el.div(
        rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(S.rows, row)), class_name="preview"),
        class_name="wide-box preview-box",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": "导入预览"},
    )


def _done() -> rx.Component:
    return rx.el.div(
        alert("green", rx.el.span(f"已导入 {S.done} 个{S.word}。")),
        rx.cond(
            S.which == "accounts",
            alert(
                "orange",
                rx.el.span("初始密码文件已下载，系统不再保存，无法再次下载。请妥善分发后删除；遗失的可逐个重置。"),
            ),
        ),
        rx.el.div(rx.el.button("完成", type="button", class_name="btn pri", on_click=S.close), class_name="form-foot"),
        class_name="form",
    )
