"""One account: its facts and its acts."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.addressed import back_to
from components.kit.menu import menu
from components.kit.show import alert, card, desc_list, empty, skeleton
from components.orgs.accounts import state_of
from components.orgs.delegation import delegations
from components.orgs.pieces import marks
from state.orgs.account import AccountState as S
from state.orgs.accounts import AccountListState
from state.orgs.granting import GrantState
from state.orgs.handing import HandOverState


def account() -> rx.Component:
    """Draw what is settled about the account."""
    shown = rx.el.div(_hints(), _facts(), _rights(), delegations(), class_name="stack")
    nothing = card(
        "",
        empty(
            "没有找到这个账号",
            "账号不存在，或不由您管理",
            rx.el.a("返回账号列表", href=back_to(AccountListState, "/accounts"), class_name="btn"),
        ),
    )
    return rx.cond(S.loading, skeleton(), rx.cond(S.found, shown, nothing))


def acts() -> rx.Component:
    """Draw what this person may do with the account."""
    return rx.cond(
        S.found & ~S.loading,
        rx.fragment(
            rx.el.a("权限说明", href=f"/explain/{S.one.login}", class_name="btn"),
            rx.cond(S.may_hand_over & ~S.mine, _button("移交在办", HandOverState.ask(S.one.login))),
            rx.cond(S.may_manage, rx.fragment(_manage(), _button("修改资料", S.ask("change"), "pri"))),
            rx.cond(
                S.may_grant & ~S.mine,
                rx.fragment(
                    _button("重置动态口令", GrantState.ask("factor", S.one.login)),
                    _button("限制", GrantState.ask("restrict", S.one.login)),
                    _button("授权", GrantState.ask("grant", S.one.login), "pri"),
                ),
            ),
        ),
    )


def _manage() -> rx.Component:
    turn = rx.cond(S.facts.enabled, _item("停用账号", "disable"), _item("启用账号", "enable"))
    return menu(
        "更多",
        rx.cond(S.one.state == "locked", _item("解锁", "unlock")),
        rx.cond(S.facts.enabled, _item("重置密码", "reset")),
        rx.cond(S.mine, rx.fragment(), turn),
    )


def _button(word: str, on_click: Any, look: str = "") -> rx.Component:
    return rx.el.button(word, type="button", class_name=f"btn {look}".strip(), on_click=on_click)


def _item(word: str, what: str) -> rx.Component:
    return rx.el.button(word, type="button", class_name="item", on_click=S.ask(what))


def _hints() -> rx.Component:
    # What must be done before the account can be used, and by whom.
    waiting = rx.cond(
        S.may_grant,
        alert("orange", rx.el.span("账号待授权：核对拟授角色后授予，本人才能登录。")),
        alert(
            "orange", rx.el.span("账号待授权：由安全管理员授予角色后，本人才能登录。账号管理不能自己授权（三员分立）。")
        ),
    )
    locked = alert("red", rx.el.span("连续输错密码，锁定至 ", S.facts.locked, "。"))
    return rx.match(
        S.one.state,
        ("ungranted", waiting),
        ("locked", locked),
        ("disabled", alert("yellow", rx.el.span("账号已停用，不能登录；已有的办理记录保留。"))),
        ("expired", alert("yellow", rx.el.span("临时账号已过期，不能登录；需要时由系统管理员改有效期。"))),
        ("idle", alert("yellow", rx.el.span("已 90 天没有使用：请核实是否还需要，不需要的应停用。"))),
        rx.fragment(),
    )


def _facts() -> rx.Component:
    return card(
        "账号资料",
        desc_list([
            ("账号", rx.el.b(S.one.login)),
            ("姓名", S.one.name),
            ("状态", state_of(S.one)),
            ("所属单位", rx.cond(S.one.unit != "", S.one.unit, "无")),
            ("兼属单位", rx.cond(S.facts.units != "", S.facts.units, "无")),
            ("辖区", rx.cond(S.facts.area != "", S.facts.area, "不限定")),
            ("有效期至", rx.cond(S.one.until != "", S.one.until, "长期")),
            ("最近使用", S.one.seen),
            ("当前登录", f"{S.facts.sessions} 处"),
            ("建立时间", S.facts.created),
        ]),
        icon="user",
    )  # fmt: skip


def _rights() -> rx.Component:
    limits = rx.cond(
        S.facts.limits.length() > 0,
        rx.el.ul(rx.foreach(S.facts.limits, rx.el.li), class_name="plain-list"),
        "无",
    )
    return card(
        "角色与授权",
        desc_list([
            ("角色", rx.cond(S.one.roles.length() > 0, marks(S.one.roles), "尚未授予")),
            ("拟授角色", rx.cond(S.one.proposed.length() > 0, marks(S.one.proposed, "orange"), "无")),
            ("授权时间", rx.cond(S.facts.granted != "", S.facts.granted, "—")),
            ("数据范围", S.facts.reach),
            ("字段级别", S.facts.level),
            ("账号限制", limits),
        ]),
        icon="shield",
    )  # fmt: skip
