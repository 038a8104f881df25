"""A process as a picture with its legend, and as a table of steps that says the same in words."""

from __future__ import annotations

import reflex as rx

from components.kit.graph import graph
from components.kit.show import card, tag
from state.processes.shapes import Group, SkipShown, StepShown
from state.processes.working import ProcessState as S

COLUMNS, ROWS = 6, 4
"""How far the places of `domain.cases.queries.drawing` reach."""


def picture() -> rx.Component:
    return card(
        "流程图",
        rx.el.div(
            rx.el.span(rx.el.i(), "与标准流程相同"),
            rx.el.span(rx.el.i(class_name="changed"), "已改"),
            rx.el.span(rx.el.i(class_name="gone"), "已取消"),
            rx.foreach(S.skips, _approval),
            class_name="legend",
        ),
        graph(S.places, S.ways, columns=COLUMNS, rows=ROWS, label="流程图；同样的内容见下方的步骤表"),
        icon="branch",
    )


def _approval(one: SkipShown) -> rx.Component:
    return rx.cond(
        one.on,
        rx.el.span(rx.el.s(one.label), " ", tag("已跳过", "red")),
        rx.el.span(one.label, " ", tag("保留", "gray")),
    )


def steps() -> rx.Component:
    """Draw all steps under the status where they start; a draft's rows open their dialog."""
    head = ("步骤", "从 → 到", "由谁办理", "意见", "图片", "与标准流程")
    return card(
        "步骤表",
        rx.el.div(
            rx.el.table(
                rx.el.caption("各状态下的步骤、办理角色和填写要求", class_name="sr"),
                rx.el.thead(
                    rx.el.tr(
                        *[rx.el.th(label, scope="col") for label in head],
                        rx.cond(S.editable, rx.el.th("操作", scope="col")),
                    )
                ),
                rx.foreach(S.groups, _group),
                class_name="table steps",
            ),
            class_name="wide-box",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": "步骤表"},
        ),
        icon="list",
    )


def _group(group: Group) -> rx.Component:
    return rx.el.tbody(
        rx.el.tr(rx.el.th(group.label, col_span=7, scope="rowgroup"), class_name="group"),
        rx.foreach(group.rows, _step),
        key=group.label,
    )


def _step(one: StepShown) -> rx.Component:
    def cell(label: str, content: rx.Component | rx.Var[str], place: str = "as-line") -> rx.Component:
        return rx.el.td(content, class_name=place, custom_attrs={"data-label": label})

    return rx.el.tr(
        cell(
            "步骤",
            rx.el.span(
                rx.cond(one.off, rx.el.s(one.label), rx.el.b(one.label)),
                rx.cond(one.label != one.standard, rx.el.small(" 原名 ", one.standard, class_name="muted")),
            ),
            "as-title",
        ),
        cell("从 → 到", rx.el.span(one.moves), "as-line long"),
        cell("由谁办理", rx.el.span(one.who), "as-line long"),
        cell("意见", rx.el.span(one.opinion)),
        cell("图片", rx.el.span(one.pictures)),
        cell(
            "与标准流程",
            rx.cond(one.changes != "", tag(one.changes, "orange"), rx.el.span("相同", class_name="muted")),
            "as-tag",
        ),
        rx.cond(
            S.editable,
            rx.el.td(
                rx.el.button(
                    "修改",
                    type="button",
                    class_name="btn txt small",
                    on_click=S.ask_step(one.row),
                    custom_attrs={"aria-label": f"修改步骤 {one.label}"},
                ),
                class_name="as-tag",
            ),
        ),
        class_name=rx.cond(one.changes != "", "orange", ""),
        key=one.row,
    )
