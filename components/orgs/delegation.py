"""Delegations: the list, the form of a new one, and acting by one."""

from __future__ import annotations

import reflex as rx

from components.kit.asking import dialogs
from components.kit.show import alert, card, empty, skeleton, tag
from components.orgs.pieces import act
from state.orgs.delegation import DelegationShown
from state.orgs.delegation import DelegationState as S


def delegations() -> rx.Component:
    """Draw the delegations that `DelegationState` read, with all that can be done with them.

    The page that places it loads `DelegationState.load` (one's own) or `load_of` (the account of the address).
    """
    make = rx.cond(
        S.may_make, rx.el.button("设置代理", type="button", class_name="btn small", on_click=S.ask("new", S.giver))
    )
    listed = rx.cond(
        S.rows.length() > 0,
        rx.el.ul(rx.foreach(S.rows, _row), class_name="delegations"),
        empty("没有代理", "请假、出差时可请同单位的同事代理，到期自动结束"),
    )
    body = rx.fragment(_worn(), rx.cond(S.loaded, listed, skeleton(2)))
    return rx.fragment(card("请假代理", body, actions=make, icon="user"), dialogs(S))


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
        rx.cond(one.mine, act("以代理身份办理", S.wear(one.id), about=one.giver, look="small")),
        rx.cond(one.endable, act("结束", S.ask("end", one.id), about=one.giver)),
    )
