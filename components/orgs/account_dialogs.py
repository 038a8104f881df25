"""The dialogs of an account's administrator."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert
from components.orgs.accounts import area_field, told_dialog
from components.orgs.pieces import foot, leaves
from state.inputs import Choice
from state.orgs.account import AccountState as S


def dialogs() -> rx.Component:
    """Draw the dialogs of the account's administrator."""
    return rx.fragment(
        _change(), _reset(), _disable(), _enable(), _unlock(), told_dialog(S.told, S.close, S.me.watermark)
    )


def _asked(what: str, title: str, *children: Any, word: str, on_submit: Any, wide: bool = False) -> rx.Component:
    return dialog(
        S.asking == what,
        title,
        rx.el.form(
            *children,
            foot(word, S.close),
            on_submit=on_submit,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        wide=wide,
        watermark=S.me.watermark,
    )


def _who() -> rx.Component:
    return rx.fragment("账号 ", rx.el.b(S.one.login), " ", S.one.name)


def _change() -> rx.Component:
    fields = rx.el.div(
        field("姓名", text_input("name", default=S.one.name), name="name", required=True, error=S.faults["name"]),
        field(
            "有效期至",
            text_input("until", type="date", default=S.one.until),
            name="until",
            hint="临时账号填写，留空为长期",
            error=S.faults["until"],
        ),
        field(
            "所属单位",
            select("unit", S.units, default=S.one.unit_code, placeholder="无"),
            name="unit",
            required=S.facts.placed_by.contains("unit"),
            error=S.faults["unit"],
        ),
        area_field(S.areas, S.facts.area_path, S.faults["area"], required=S.facts.placed_by.contains("area")),
        class_name="grid-2",
    )
    return _asked(
        "change", "修改资料", leaves(S.leaves), fields, _more_units(), word="保存", on_submit=S.change, wide=True
    )


def _more_units() -> rx.Component:
    def chip(one: Choice) -> rx.Component:
        return rx.el.span(
            one.label,
            rx.el.button(
                icon("close", 14),
                type="button",
                on_click=S.leave(one.value),
                custom_attrs={"aria-label": f"移除 {one.label}"},
            ),
            class_name="unit-chip",
        )

    return field(
        "兼属单位",
        rx.el.div(
            rx.foreach(S.more, chip),
            select("", S.units, value="", placeholder="添加单位", on_change=S.join, aria_label="添加兼属单位"),
            class_name="unit-chips",
        ),
        name="more",
        hint="同时看到这些单位的案件",
        wide=True,
    )


def _reset() -> rx.Component:
    return _asked(
        "reset",
        "重置密码",
        rx.el.p(_who(), "：生成新的初始密码，原密码作废，本人在各处的登录立即退出。"),
        alert("blue", rx.el.span("新密码只显示一次，本人首次登录须修改。动态口令不受影响，需要时由安全管理员重置。")),
        word="重置密码",
        on_submit=lambda _: S.reset_password(),
    )


def _disable() -> rx.Component:
    return _asked(
        "disable",
        "停用账号",
        rx.el.p(_who(), "：停用后不能登录，本人在各处的登录和打开的页面立即退出；办理记录保留。"),
        rx.cond(
            S.stays.length() > 0,
            alert(
                "yellow",
                rx.el.span(
                    "名下还有未办完的工作：",
                    rx.el.b(S.stays.join("、")),
                    "。停用后不会自动转走，请先由其单位负责人在本页“移交在办”。",
                ),
            ),
            alert("green", rx.el.span("名下没有未办完的案件。")),
        ),
        leaves(S.leaves),
        field(
            "停用原因",
            text_input("reason", placeholder="例如：调离", most=200),
            name="reason",
            error=S.faults["reason"],
            wide=True,
        ),
        word="确认停用",
        on_submit=S.disable,
    )


def _enable() -> rx.Component:
    return _asked(
        "enable",
        "启用账号",
        rx.el.p(_who(), "：启用后可用原来的密码和角色登录。"),
        word="确认启用",
        on_submit=lambda _: S.enable(),
    )


def _unlock() -> rx.Component:
    return _asked(
        "unlock",
        "解锁账号",
        rx.el.p(_who(), "：解除连续输错密码的锁定。如不是本人输错，请先重置密码。"),
        word="解锁",
        on_submit=lambda _: S.unlock(),
    )
