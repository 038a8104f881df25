"""Limits in force, their history, and the dialogs that set or end one."""

from __future__ import annotations

import reflex as rx

from components.calendar.foreseen import foot, foreseen
from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_input
from components.kit.show import alert, card, empty, skeleton, tag
from domain.calendar.models import LimitUnit, Link
from state.calendar.limits import LimitsState as S
from state.calendar.limits import RuleShown


def limits() -> rx.Component:
    """Draw what holds now, then what held before."""
    return rx.cond(
        S.loaded, rx.el.div(_in_force(), _past(), _set_dialog(), _end_dialog(), class_name="stack"), skeleton()
    )


def _in_force() -> rx.Component:
    head = ("环节", "适用范围", "黄牌", "红牌", "生效", "设置人", "说明", "操作")
    return card(
        "现行时限",
        rx.el.p(
            "同一环节有几条规则时，按最具体的一条：先看单位，再看类别（越细越先），最后是默认。流程另有设定的按流程。",
            class_name="muted",
        ),
        _box(head, rx.foreach(S.rules, _rule), "现行时限"),
        icon="clock",
    )


def _past() -> rx.Component:
    head = ("环节", "适用范围", "黄牌", "红牌", "有效期间", "设置人", "说明")
    return card(
        "历史规则",
        rx.cond(
            S.past.length() > 0,
            _box(head, rx.foreach(S.past, lambda one: rx.el.tr(*_cells(one))), "历史规则"),
            empty("还没有停用过的规则", "修改或停用时限后，原来的规则会留在这里"),
        ),
        icon="list",
    )


def _box(head: tuple[str, ...], rows: rx.Component, label: str) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[rx.el.th(word, scope="col") for word in head])),
            rx.el.tbody(rows),
            class_name="table",
        ),
        class_name="wide-box",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": label},
    )


def _cells(one: RuleShown) -> list[rx.Component]:
    def cell(label: str, content: rx.Component | rx.Var[str], place: str = "as-line") -> rx.Component:
        return rx.el.td(content, class_name=place, custom_attrs={"data-label": label})

    return [
        cell("环节", rx.el.b(one.link), "as-head"),
        cell("适用范围", rx.el.span(one.scope), "as-title"),
        cell("黄牌", rx.el.span(tag(f"{one.yellow} {one.unit}", "yellow"))),
        cell("红牌", rx.el.span(tag(f"{one.red} {one.unit}", "red"))),
        cell("生效", rx.el.span(one.period)),
        cell("设置人", rx.el.span(one.by)),
        cell("说明", rx.el.span(one.note)),
    ]


def _rule(one: RuleShown, place: rx.Var[int]) -> rx.Component:
    return rx.el.tr(
        *_cells(one),
        rx.el.td(
            rx.el.button(
                "修改",
                type="button",
                class_name="btn txt small",
                on_click=S.ask(place),
                custom_attrs={"aria-label": f"修改 {one.link} {one.scope}"},
            ),
            rx.cond(
                one.id != "",
                rx.el.button(
                    "停用",
                    type="button",
                    class_name="btn txt small",
                    on_click=S.ask_end(one.id),
                    custom_attrs={"aria-label": f"停用 {one.link} {one.scope}"},
                ),
            ),
            class_name="as-tag",
        ),
    )


def _set_dialog() -> rx.Component:
    one = S.asked
    form = rx.el.form(
        _amounts(),
        rx.el.p(S.usual, class_name="muted"),
        _scope(),
        check("severe", "只用于重大且紧急的案件", default=one.severe),
        field(
            "说明",
            text_input("note", default=one.reason, placeholder="依据或原因"),
            name="note",
            error=S.faults["note"],
            wide=True,
        ),
        check("recompute", "同时按新规则重算在办案件的时限（先预览，再执行）", default=one.recompute),
        foot(S.close, "设置"),
        on_submit=S.send,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )
    return dialog(S.setting, "设置时限", _first(form), on_close=S.close, watermark=S.me.watermark)


def _first(form: rx.Component) -> rx.Component:
    # The form, then what it would do to open cases, then the act.
    return rx.cond(S.sentence != "", foreseen(S.sentence, S.moves, back=S.revise, act=S.confirm), form)


def _amounts() -> rx.Component:
    one = S.asked

    def number(name: str, label: str, value: rx.Var[str]) -> rx.Component:
        control = text_input(name, default=value, input_mode="numeric")
        return field(label, control, name=name, required=True, error=S.faults[name])

    links = select("link", [(k.value, k.label) for k in Link], value=one.link_code, on_change=S.choose_link)
    units = select("unit", [(u.value, u.label) for u in LimitUnit], value=one.unit_code, on_change=S.choose_unit)
    return rx.el.div(
        field("环节", links, name="link", error=S.faults["link"]),
        field("单位", units, name="unit", error=S.faults["unit"]),
        number("yellow", "黄牌", one.yellow),
        number("red", "红牌", one.red),
        class_name="grid-2",
    )


def _scope() -> rx.Component:
    one = S.asked
    return rx.fragment(
        field(
            "类别",
            combo(
                "category", S.category_choices, default=one.category, placeholder="所有类别；输入关键字，如：工资、漏水"
            ),
            name="category",
            error=S.faults["category"],
            wide=True,
        ),
        field(
            "承办单位",
            select("unit_id", S.units, default=one.unit_id, placeholder="所有单位"),
            name="unit_id",
            error=S.faults["unit_id"],
            wide=True,
        ),
    )


def _end_dialog() -> rx.Component:
    one = S.ending
    form = rx.el.form(
        rx.el.p("停用“", one.link, " · ", one.scope, "”后，按下一条更宽的规则或默认时限计算。"),
        alert("yellow", "在办案件的时限默认不变。"),
        check("recompute", "同时重算在办案件的时限（先预览，再执行）"),
        foot(S.close, "停用"),
        on_submit=S.end,
        class_name="form",
    )
    return dialog(one.id != "", "停用时限规则", _first(form), on_close=S.close, watermark=S.me.watermark)
