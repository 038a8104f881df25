"""A periodic report as a document: findings, tables with their charts, and texts that are typed in place."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.chart import chart
from components.kit.dialog import dialog
from components.kit.download import download_button
from components.kit.form import field, text_area
from components.kit.sheet import sheet
from components.kit.show import alert, empty, skeleton, tag
from domain.reports.schemas import MAX_TEXT
from state.reports.report import ReportState as S
from state.reports.report import Text
from state.reports.shown import Cell, Section

_FILES = (("Word", "docx"), ("PDF", "pdf"), ("Excel", "xlsx"))


def drawn() -> rx.Component:
    """Draw the report that is open, or that there is none."""
    none = empty(
        "没有这份报告，或者它还没有发布",
        "发布以后，领导和各部门领导可以查看",
        rx.el.a("全部报告", href="/reports", class_name="btn"),
    )
    return rx.fragment(
        sheet("report"), rx.cond(S.loaded, rx.cond(S.name, _report(), rx.el.div(none, class_name="card")), skeleton())
    )


def ways() -> rx.Component:
    """Draw what may be done with the report, and the ways to paper."""

    def ask(word: str, name: str, look: str = "btn") -> rx.Component:
        return rx.el.button(word, type="button", class_name=look, on_click=S.ask(name, S.name))

    files = [
        download_button(
            f"下载 {word}",
            endpoint="/api/v1/reports/export",
            body=rx.Var.create({"report": S.name, "format": kind}),
        )
        for word, kind in _FILES
    ]
    writing = rx.cond(
        S.published,
        ask("撤回发布", "withdraw"),
        rx.fragment(ask("重新计算", "count"), ask("发布", "publish", "btn pri")),
    )
    return rx.cond(
        S.name,
        rx.fragment(rx.cond(S.may_export, rx.fragment(*files)), rx.cond(S.may_write & (S.editing == ""), writing)),
    )


def _report() -> rx.Component:
    first, *rest = (S.texts[place] for place in range(3))
    said = rx.cond(S.findings, rx.el.ol(rx.foreach(S.findings, rx.el.li)))
    return rx.el.article(
        rx.el.header(
            rx.el.p(S.me.centre, class_name="muted"),
            rx.el.h2(S.title),
            rx.el.p(S.word),
            rx.el.p(tag(S.status, S.tone), " ", rx.el.span(S.made, class_name="muted")),
        ),
        _text(first),
        rx.el.section(rx.el.h3("本期要点"), said),
        rx.foreach(S.sections, _section),
        *(_text(one) for one in rest),
        _history(),
        class_name="report card",
    )


def _section(one: Section) -> rx.Component:
    head = rx.el.thead(rx.el.tr(rx.foreach(one.heads, lambda each: rx.el.th(each.label, scope="col"))))
    body = rx.el.tbody(rx.foreach(one.rows, lambda row: rx.el.tr(rx.foreach(row, _cell))))
    table = rx.el.div(
        rx.el.table(head, body),
        class_name="wide-table",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": one.title},
    )
    return rx.el.section(
        rx.el.h3(one.title),
        rx.cond(one.says, rx.el.p(one.says, class_name="muted")),
        rx.cond(one.chart.kind != "", chart(one.chart, label=one.title)),
        rx.cond(one.rows, table, rx.el.p("本期没有。", class_name="muted")),
    )


def _cell(one: Cell) -> rx.Component:
    return rx.el.td(rx.cond(one.href, rx.el.a(one.text, href=one.href), one.text))


def _text(one: Text) -> rx.Component:
    said = rx.cond(one.text, rx.el.p(one.text, class_name="prose"), rx.el.p("（尚未填写）", class_name="muted"))
    acts = rx.el.span(
        rx.cond(
            one.id,
            rx.el.button(
                "历次文字", type="button", class_name="btn txt small", on_click=S.look_back(one.block),
                custom_attrs={"aria-label": f"{one.label}的历次文字"},
            ),
        ),
        rx.cond(
            ~S.published,
            rx.el.button(
                "编写", type="button", class_name="btn small", on_click=S.edit(one.block),
                custom_attrs={"aria-label": f"编写{one.label}"},
            ),
        ),
        class_name="acts",
    )  # fmt: skip
    return rx.el.section(
        rx.el.h3(one.label, rx.cond(S.may_write & (S.editing == ""), acts)),
        rx.cond(S.editing == one.block, _form(one), said),
    )


def _form(one: Text) -> rx.Component:
    theirs = S.theirs
    meanwhile = alert(
        "orange",
        rx.el.div(
            rx.el.b("编写期间，", theirs.saved, " 保存了另一稿："),
            rx.el.p(theirs.text, class_name="prose"),
            "您写的还在下面。核对后再按保存，会替换这一稿；被替换的仍留在历次文字中。",
        ),
    )
    return rx.el.form(
        rx.cond(theirs.block != "", meanwhile),
        field(
            one.label,
            text_area("text", rows=10, most=MAX_TEXT, default=S.typed, on_blur=S.note),
            name="text",
            error=S.fault,
            wide=True,
        ),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn", on_click=S.leave),
            rx.el.button("保存", type="submit", class_name="btn pri"),
            class_name="form-foot",
        ),
        on_submit=S.save,
        key=S.round,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _history() -> rx.Component:
    def one(each: Text, place: Any) -> rx.Component:
        back = rx.el.button(
            "恢复这一稿", type="button", class_name="btn small", on_click=S.take_back(each.id),
            custom_attrs={"aria-label": f"恢复 {each.saved} 的一稿"},
        )  # fmt: skip
        now = rx.cond(place == 0, tag("现在的一稿", "green"), rx.cond(S.published, rx.fragment(), back))
        text = rx.cond(each.text, rx.el.p(each.text, class_name="prose"), rx.el.p("（空）", class_name="muted"))
        return rx.el.li(rx.el.div(rx.el.b(each.saved), now, class_name="row"), text)

    return dialog(
        S.history != "",
        f"历次文字：{S.history}",
        rx.el.ol(rx.foreach(S.past, one), class_name="report-past"),
        on_close=S.close_history,
        wide=True,
        watermark=S.me.watermark,
    )
