"""The form of a draft: name, categories, skipped approvals, limits, names of statuses."""

from __future__ import annotations

import reflex as rx

from components.kit.combo import combo
from components.kit.form import field, select, text_area, text_input
from components.kit.icons import icon
from components.kit.show import card
from domain.calendar.models import LimitUnit
from domain.cases.operations.processes import MAX_NOTE
from domain.cases.process import MAX_LABEL
from state.processes.shapes import Bound, LimitShown, SkipShown, StatusShown
from state.processes.working import ProcessState as S


def basics() -> rx.Component:
    """Draw name, note and the categories that follow this process."""
    return card(
        "名称和适用类别",
        rx.el.div(
            field(
                "流程名称",
                text_input("name", default=S.version.name, on_blur=lambda text: S.note("name", text)),
                name="name",
                required=True,
                error=S.faults["name"],
            ),
            field(
                "说明",
                text_area("note", rows=2, most=MAX_NOTE, default=S.note_text, on_blur=lambda t: S.note("note", t)),
                name="note",
                error=S.faults["note"],
            ),
            class_name="form",
            key=S.round,
        ),
        _binding(),
        icon="list",
    )


def _binding() -> rx.Component:
    return rx.el.div(
        rx.el.h3("适用类别"),
        rx.el.div(
            rx.cond(
                S.bound.length() > 0,
                rx.foreach(S.bound, _bound),
                rx.el.span("还没有选择，启用前至少选一个", class_name="muted"),
            ),
            class_name="chips",
        ),
        rx.el.form(
            combo(
                "category",
                S.category_choices,
                placeholder="输入类别、整组或关键字，如：工资、漏水",
                key=S.binds,
                aria_label="类别",
            ),
            rx.el.button(icon("plus"), "添加", type="submit", class_name="btn"),
            on_submit=S.bind,
            class_name="row",
        ),
        rx.cond(S.faults["categories"], rx.el.span(S.faults["categories"], class_name="fault", role="alert")),
        class_name="binding",
    )


def _bound(one: Bound) -> rx.Component:
    return rx.el.span(
        one.label,
        rx.el.button(
            icon("close", 14),
            type="button",
            on_click=S.unbind(one.code),
            custom_attrs={"aria-label": f"移除 {one.label}", "title": "移除"},
        ),
        class_name="chip",
    )


def approvals() -> rx.Component:
    """Draw a switch for each approval, with what happens when it is skipped."""
    return card("跳过的审批", rx.el.div(rx.foreach(S.skips, _skip), class_name="switches", key=S.round), icon="check")


def _skip(one: SkipShown) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            role="switch",
            name=one.name,
            default_checked=one.on,
            on_change=lambda on: S.note(one.name, on),
        ),
        rx.el.span(rx.el.b("跳过", one.label), rx.el.small(one.sentence, class_name="muted")),
        key=one.name,
    )


def limits() -> rx.Component:
    """Draw the limits of the process, each beside what holds without it."""
    return card(
        "办理时限",
        rx.el.p("留空即按“时限规则”中的规则；填写后只对按本流程受理的案件有效。", class_name="muted"),
        rx.el.div(rx.foreach(S.limits, _limit), class_name="limit-rows", key=S.round),
        icon="clock",
    )


def _limit(one: LimitShown) -> rx.Component:
    def number(part: str, label: str, value: rx.Var[str]) -> rx.Component:
        name = f"limit.{one.link}.{part}"
        return text_input(
            name,
            default=value,
            input_mode="numeric",
            placeholder=label,
            on_blur=lambda text: S.note(name, text),
            aria_label=f"{one.label}{label}",
        )

    unit = f"limit.{one.link}.unit"
    return rx.el.div(
        rx.el.b(one.label),
        rx.el.small("现行 ", one.usual, class_name="muted"),
        number("yellow", "黄牌", one.yellow),
        number("red", "红牌", one.red),
        select(
            unit,
            [(u.value, u.label) for u in LimitUnit],
            default=one.unit,
            on_change=lambda value: S.note(unit, value),
            aria_label=f"{one.label}时限单位",
        ),
        rx.cond(one.fault != "", rx.el.span(one.fault, class_name="fault", role="alert")),
        class_name="limit-row",
        key=one.link,
    )


def names() -> rx.Component:
    """Draw what the process calls each status."""
    return card(
        "状态名称",
        rx.el.p(f"留空即用标准名称，最长 {MAX_LABEL} 个字。", class_name="muted"),
        rx.el.div(rx.foreach(S.statuses, _name), class_name="name-rows", key=S.round),
        icon="list",
    )


def _name(one: StatusShown) -> rx.Component:
    return rx.el.label(
        rx.el.span(one.standard),
        text_input(
            one.name,
            default=one.label,
            placeholder=one.standard,
            on_blur=lambda text: S.note(one.name, text),
        ),
        key=one.name,
    )
