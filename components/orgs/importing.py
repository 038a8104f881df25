"""The dialog that brings units, accounts or areas in from a file: upload, preview row by row, all or nothing."""

from __future__ import annotations

import reflex as rx
from reflex_base.event import no_args_event_spec

from components.kit.dialog import dialog
from components.kit.form import field, select, text_input
from components.kit.icons import icon
from components.kit.scripts import library
from components.kit.show import alert, tag
from state.inputs import MAX_BORDERS, MAX_SHEET
from state.orgs.importing import SHOWN, LineShown, data
from state.orgs.importing import ImportState as S


class _Upload(rx.Component):
    library = library("imports")
    tag = "SheetUpload"
    endpoint: rx.Var[str]
    endings: rx.Var[str]
    most: rx.Var[int]
    wanting: rx.Var[str]
    on_staged: rx.EventHandler[no_args_event_spec]


class _Confirm(rx.Component):
    library = library("imports")
    tag = "SheetConfirm"
    endpoint: rx.Var[str]
    label: rx.Var[str]
    disabled: rx.Var[bool]
    on_done: rx.EventHandler[no_args_event_spec]


class _File(rx.Component):
    library = library("imports")
    tag = "SheetFile"
    label: rx.Var[str]
    lost: rx.Var[str]
    on_saved: rx.EventHandler[no_args_event_spec]


def import_button(which: str, word: str = "从 Excel 导入") -> rx.Component:
    return rx.el.button(icon("download"), word, type="button", class_name="btn", on_click=S.ask(which))


def import_dialog() -> rx.Component:
    body = rx.cond(S.done > 0, _done(), rx.cond(S.staged, _preview(), _upload()))
    return dialog(S.which != "", f"导入{S.word}", body, on_close=S.close, wide=True, watermark=S.me.watermark)


def _upload() -> rx.Component:
    borders = S.which == "shapes"
    row = rx.cond(borders, "个", "行")
    megabytes = rx.cond(borders, MAX_BORDERS >> 20, MAX_SHEET >> 20)
    return rx.el.div(
        rx.el.ol(
            rx.cond(
                S.template,
                rx.el.li(
                    "下载 ",
                    rx.el.a("导入模板", href=f"/api/v1/imports/{S.which}/template", custom_attrs={"download": "1"}),
                    "，按“说明”页填写。",
                ),
            ),
            rx.cond(
                S.which == "areas",
                rx.el.li("也可直接使用统计用区划代码名录（.xlsx 或 .csv，表头含区划代码、名称，可含级别、上级代码）。"),
            ),
            rx.cond(borders, rx.el.li("GeoJSON 文件，图形的属性中有区划代码（code）或名称（name），坐标为经纬度。")),
            rx.el.li(f"一次最多 {S.most} {row}，文件不超过 {megabytes} MB；更多的请分批导入。"),
            rx.el.li("上传后先逐", row, "检查，有一", row, "不对就全部不导入。"),
            rx.cond(
                S.which == "accounts",
                rx.el.li("导入成功后请下载初始密码，关闭后不能再下载；账号待安全管理员授权，首次登录须修改密码。"),
            ),
            class_name="plain-list numbers",
        ),
        _asked(),
        _Upload.create(
            endpoint=f"/api/v1/imports/{S.which}" + rx.cond(S.query != "", f"?{S.query}", ""),
            endings=S.endings,
            most=megabytes,
            wanting=rx.cond(borders & (S.datum == ""), "请先选择坐标系", ""),
            on_staged=S.show,
        ),
        class_name="form",
    )


def _asked() -> rx.Component:
    """Draw what has to be known of a file before it comes."""
    since = field(
        "生效日期",
        text_input("since", type="date", default=S.since, on_change=S.date),
        name="since",
        hint="变更从哪一天起算，不晚于今天",
    )
    datum = field(
        "坐标系",
        select("datum", data(), value=S.datum, placeholder="请选择", on_change=S.measure),
        name="datum",
        required=True,
        hint="须与文件一致；所有边界用同一种坐标系",
    )
    return rx.el.div(
        rx.cond(S.asks.contains("since"), since), rx.cond(S.asks.contains("datum"), datum), class_name="grid-2"
    )


def _preview() -> rx.Component:
    summary = rx.cond(
        S.wrong > 0,
        alert(
            "red",
            rx.el.span(f"共 {S.total} 行，{S.wrong} 行有问题：请改好后重新上传，目前没有导入任何内容。"),
        ),
        alert("green", rx.el.span(f"共 {S.total} 行，全部可以导入。")),
    )
    return rx.el.div(
        summary,
        rx.cond(
            S.told.length() > 0,
            rx.el.ul(rx.foreach(S.told, rx.el.li), class_name="plain-list"),
        ),
        _rows(),
        rx.cond(S.total > SHOWN, rx.el.p(f"只显示前 {SHOWN} 行，有问题的排在前面。", class_name="muted")),
        rx.el.div(
            rx.el.button("重新上传", type="button", class_name="btn", on_click=S.again),
            _Confirm.create(
                endpoint=f"/api/v1/imports/{S.which}/confirm",
                label=f"导入 {S.works} 行",
                disabled=(S.wrong > 0) | (S.works == 0),
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
            rx.cond(one.said != "", rx.el.span(one.said), tag("可导入", "green")),
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
    ended = rx.el.button("完成", type="button", class_name="btn pri", on_click=S.close)
    return rx.el.div(
        alert("green", rx.el.span(f"已导入 {S.done} 个{S.word}。")),
        rx.cond(S.which == "accounts", _passwords(), rx.el.div(ended, class_name="form-foot")),
        class_name="form",
    )


def _passwords() -> rx.Component:
    """Give the file of initial passwords, which the browser alone has, until it is said to be saved."""
    kept = (
        "初始密码只在本页，系统不保存：请下载，确认文件已保存再关闭，分发后删除。关闭后不能再下载，遗失的可逐个重置。"
    )
    return rx.fragment(
        alert("orange", rx.el.span(kept)),
        rx.cond(
            S.leaving, rx.el.p("没有关闭：请先下载初始密码，再按“已保存，关闭”。", class_name="fault", role="alert")
        ),
        _File.create(
            label="下载初始密码",
            lost="初始密码已不在本页，不能再下载：请逐个重置这些账号的密码。",
            on_saved=S.saved,
        ),
    )
