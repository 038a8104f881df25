"""The dialog that hands open work over."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_input
from components.kit.show import alert, empty
from components.orgs.pieces import foot
from state.orgs.handing import HandOverState as S
from state.orgs.handing import Kind


def hand_over_dialog() -> rx.Component:
    """Draw the open work of a person by kind, whom to give it to, and what came of it."""
    body = rx.cond(S.done.length() > 0, _done(), rx.cond(S.total > 0, _form(), _nothing()))
    return dialog(S.open, "移交在办", body, on_close=S.close, watermark=S.me.watermark)


def _who() -> rx.Component:
    return rx.fragment(rx.el.b(S.name), "（", S.login, "）")


def _form() -> rx.Component:
    def box(one: Kind) -> rx.Component:
        return check(f"kind_{one.value}", rx.fragment(one.label, " ", rx.el.b(one.count), " 件"), default=one.count > 0)

    nobody = alert("yellow", rx.el.span("本单位没有其他有相同角色、账号可用的人员，请先由系统管理员建立或启用账号。"))
    return rx.el.form(
        rx.cond(S.takers.length() == 0, nobody),
        rx.el.p("把", _who(), "手上的工作交给同一单位的另一人。已办的记录仍记在原办理人名下。"),
        field(
            "移交内容",
            rx.el.div(rx.foreach(S.kinds, box), class_name="checks boxes"),
            name="kinds",
            required=True,
            error=S.faults["kinds"],
            wide=True,
        ),
        field(
            "接手人",
            select("to", S.takers, placeholder="请选择"),
            name="to",
            required=True,
            hint="同一单位、有相同角色且账号可用的人员",
            error=rx.cond(S.faults["to"], S.faults["to"], S.faults["from"]),
            wide=True,
        ),
        field(
            "责任人电话",
            text_input("phone", type="tel", max_length=30),
            name="phone",
            hint="接手人的办公电话，随责任人告知诉求人；不填则沿用原来的电话",
            error=S.faults["phone"],
            wide=True,
        ),
        foot("移交", S.close),
        on_submit=S.send,
        class_name="form",
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        empty("没有需要移交的工作", "登记、接收、申请和督办的案件都已办完或已移交"),
        rx.el.div(rx.el.button("关闭", type="button", class_name="btn pri", on_click=S.close), class_name="form-foot"),
    )


def _done() -> rx.Component:
    def line(one: Kind) -> rx.Component:
        return rx.el.li(one.label, " ", rx.el.b(one.count), " 件")

    return rx.el.div(
        alert("green", rx.el.span("已由", _who(), "移交给", rx.el.b(S.taker), "。")),
        rx.el.ul(rx.foreach(S.done, line), class_name="plain-list"),
        rx.el.div(rx.el.button("完成", type="button", class_name="btn pri", on_click=S.close), class_name="form-foot"),
        class_name="form",
    )
