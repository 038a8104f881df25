"""Delegations: the list, the form of a new one, and acting by one."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import field, select, text_input
from components.kit.show import alert, card, empty, skeleton, tag
from components.orgs.pieces import act, foot
from state.orgs.delegation import DelegationShown
from state.orgs.delegation import DelegationState as S


def delegations() -> rx.Component:
    """Draw the delegations that `DelegationState` read, with all that can be done with them.

    The page that places it loads `DelegationState.load` (one's own) or `load_of` (the account of the address).
    """
    make = rx.cond(S.may_make, rx.el.button("设置代理", type="button", class_name="btn small", on_click=S.ask))
    listed = rx.cond(
        S.rows.length() > 0,
        rx.el.ul(rx.foreach(S.rows, _row), class_name="delegations"),
        empty("没有代理", "请假、出差时可请同单位的同事代理，到期自动结束"),
    )
    body = rx.fragment(_worn(), rx.cond(S.loaded, listed, skeleton(2)))
    return rx.fragment(card("请假代理", body, actions=make, icon="user"), _form(), _end())


def _worn() -> rx.Component:
    return rx.cond(
        S.wearing,
        alert(
            "yellow",
            rx.el.span("您正以他人的代理人身份办理，每一步都记在您名下并注明代谁。"),
            rx.el.button("恢复本人身份", type="button", class_name="btn small", on_click=S.take_off),
        ),
    )


def _row(one: DelegationShown) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.giver), " 由 ", rx.el.b(one.taker), " 代理", class_name="grow"),
        tag(one.word, one.tone),
        rx.el.span(one.period, class_name="muted"),
        rx.el.span(one.reason, class_name="muted"),
        rx.cond(one.mine & ~one.worn, act("以代理身份办理", S.wear(one.id), about=one.giver, look="small")),
        rx.cond(one.endable, act("结束", S.ask_end(one.id), about=one.giver)),
    )


def _form() -> rx.Component:
    return dialog(
        S.making,
        "设置代理",
        rx.el.form(
            rx.el.p("代理期间，代理人可切换为 ", rx.el.b(S.giver_name), " 的身份查看和办理；办理记录写明实际办理人。"),
            rx.el.div(
                field(
                    "代理人",
                    select("to", S.people, placeholder="请选择"),
                    name="to",
                    required=True,
                    hint="同单位、同一职责的同事",
                    error=S.faults["to"],
                ),
                field(
                    "事由",
                    text_input("reason", placeholder="例如：年休假", most=100),
                    name="reason",
                    required=True,
                    error=S.faults["reason"],
                ),
                field("开始", text_input("since", type="datetime-local"), name="since", hint="留空为现在", error=S.faults["since"]),
                field("结束", text_input("until", type="datetime-local"), name="until", required=True, hint="最长 90 天", error=S.faults["until"]),
                class_name="grid-2",
            ),
            foot("设置", S.close),
            on_submit=S.send,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )  # fmt: skip


def _end() -> rx.Component:
    one = S.ending
    return dialog(
        one.id != "",
        "结束代理",
        rx.el.form(
            rx.el.p("结束后，", rx.el.b(one.taker), " 立即不能再以 ", rx.el.b(one.giver), " 的身份办理。"),
            foot("确认结束", S.close),
            on_submit=lambda _: S.end(),
            class_name="form",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
