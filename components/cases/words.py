"""The words by which categories are found besides the product's own, and the dialogs that add or remove one."""

from __future__ import annotations

import reflex as rx

from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, text_input
from components.kit.show import card, empty, skeleton
from components.kit.table import Column, table
from domain.cases.operations.saying import MAX_WORD
from state.cases.words import CategoryWordsState as S
from state.cases.words import WordShown


def word_list() -> rx.Component:
    """Draw the words, by category."""
    return rx.cond(S.loaded, rx.el.div(_words(), _add_dialog(), _remove_dialog(), class_name="stack"), skeleton())


def _words() -> rx.Component:
    return card(
        "",
        rx.el.p(
            "登记诉求时，输入这里的用词即可找到对应的类别，并排在前面。系统自带的常用词（如：工资、漏水、彩礼）不在此列。",
            class_name="muted",
        ),
        table(
            S.words,
            COLUMNS,
            row_key=lambda one: one.id,
            empty=empty("还没有添加过用词", "群众常说而查不到类别的词，可添加到对应的类别"),
        ),
    )


def _acts(one: WordShown) -> rx.Component:
    return rx.el.span(
        rx.el.button(
            "删除",
            type="button",
            class_name="btn txt small",
            on_click=S.ask_remove(one.id),
            custom_attrs={"aria-label": f"删除 {one.word}"},
        ),
        class_name="row-acts",
    )


COLUMNS = [
    Column("word", "用词", lambda one: rx.el.b(one.word), phone="title"),
    Column("category", "类别", lambda one: rx.el.span(one.category)),
    Column("by", "添加人", lambda one: rx.el.span(one.by)),
    Column("when", "添加时间", lambda one: rx.el.span(one.when)),
    Column("acts", "操作", _acts),
]


def _add_dialog() -> rx.Component:
    form = rx.el.form(
        field(
            "类别",
            combo("category", S.category_choices, default=S.typed["category"], placeholder="输入关键字"),
            name="category",
            required=True,
            error=S.faults["category"],
            wide=True,
        ),
        field(
            "用词",
            text_input("word", default=S.typed["word"], max_length=MAX_WORD),
            name="word",
            required=True,
            hint=f"群众的说法，最长 {MAX_WORD} 个字，不能含姓名、电话等个人信息",
            error=S.faults["word"],
            wide=True,
        ),
        check("no_name", "不是人名（系统提示可能是人名时勾选）"),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
            rx.el.button("添加", type="submit", class_name="btn pri"),
            class_name="form-foot",
        ),
        on_submit=S.add,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )
    return dialog(S.adding, "添加用词", form, on_close=S.close, watermark=S.me.watermark)


def _remove_dialog() -> rx.Component:
    one = S.removing
    return dialog(
        one.id != "",
        "删除用词",
        rx.el.p("删除后，输入“", one.word, "”不再优先找到“", one.category, "”。已登记的案件不受影响。"),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
            rx.el.button("删除", type="button", class_name="btn danger", on_click=S.remove),
            class_name="form-foot",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
