"""The matrix of a role: fields × purposes, an example beside it, the dialog that saves."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import select
from components.kit.show import alert, card, skeleton, tag
from components.people.pieces import foot
from domain.kernel.permissions import PEOPLE_ROLES
from state.people.fields import PURPOSES, SHOWN, CellShown, RowShown
from state.people.fields import FieldPolicyState as S

ROLES = [(role.value, role.label) for role in PEOPLE_ROLES]


def matrix() -> rx.Component:
    """Draw what a role is shown, and an example of it."""
    return rx.cond(S.loaded, rx.el.div(_cells(), _example(), class_name="stack"), skeleton())


def _cells() -> rx.Component:
    return card(
        "角色 × 字段 × 用途",
        rx.el.div(
            select("role", ROLES, value=S.role, on_change=S.choose_role, aria_label="角色"),
            tag(f"字段级别：{S.level}", "blue"),
            rx.el.span("账号有几个角色时取最宽的；账号的字段级别是上限。", class_name="muted"),
            class_name="policy-bar",
        ),
        rx.cond(S.faulty, alert("red", "有不能保存的单元格，原因写在格内。")),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(rx.el.th("字段", scope="col"), *[rx.el.th(label, scope="col") for _, label in PURPOSES])
                ),
                rx.el.tbody(rx.foreach(S.rows, _row)),
                class_name="policy",
                key=S.turn,
            ),
            class_name="wide-box",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": "字段策略"},
        ),
        rx.el.div(
            rx.el.span(rx.el.i(class_name="set"), "与默认不同"),
            rx.el.span(rx.el.i(class_name="changed"), "改动未保存"),
            rx.el.span("灰字为固定：法律或三员分立不允许放宽"),
            class_name="policy-key",
        ),
        icon="shield",
    )


def _row(row: RowShown) -> rx.Component:
    return rx.el.tr(rx.el.th(row.label, scope="row"), rx.foreach(row.cells, _cell))


def _cell(cell: CellShown) -> rx.Component:
    return rx.el.td(
        rx.cond(
            cell.fixed,
            rx.el.span(cell.word, class_name="still", title="固定，不能修改"),
            select(cell.key, SHOWN, value=cell.showing, on_change=S.put(cell.key), aria_label=cell.said),
        ),
        rx.cond(cell.fault != "", rx.el.small(cell.fault, class_name="fault", role="alert")),
        rx.cond(cell.note != "", rx.el.small(cell.note)),
        class_name=cell.look,
        custom_attrs={"data-label": cell.label},
    )


def _example() -> rx.Component:
    return card(
        "示例",
        rx.el.div(
            rx.el.span("这个角色在"),
            select("purpose", PURPOSES, value=S.purpose, on_change=S.choose_purpose, aria_label="用途"),
            rx.el.span("中看到的（虚构人员，按该角色的默认字段级别，含未保存的改动）："),
            class_name="policy-bar",
        ),
        rx.el.dl(
            rx.foreach(S.examples, lambda one: rx.el.div(rx.el.dt(one.label), rx.el.dd(one.value))),
            class_name="desc",
        ),
        icon="eye",
    )


def acts() -> rx.Component:
    """Draw what may be done with the changes."""
    waiting = S.changes.length()
    return rx.cond(
        S.loaded & (waiting > 0),
        rx.fragment(
            rx.el.button("放弃改动", type="button", class_name="btn", on_click=S.undo),
            rx.el.button(
                f"保存 {waiting} 项改动", type="button", class_name="btn pri", on_click=S.ask, disabled=S.faulty
            ),
        ),
    )


def confirming() -> rx.Component:
    """Draw the dialog that shows every change before it holds."""
    return dialog(
        S.confirming,
        "保存字段策略",
        rx.el.form(
            rx.el.p("以下改动保存后对所有在线人员即时生效，并记入审计日志："),
            rx.el.ul(rx.foreach(S.changes, rx.el.li), class_name="change-rows"),
            foot("确认保存", S.close),
            on_submit=S.save,
            class_name="form",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
