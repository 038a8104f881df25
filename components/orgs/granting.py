"""Dialogs that put roles on an account and take things from it; the boxes they share with roles."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import check
from components.kit.show import alert
from components.orgs.accounts import role_boxes
from components.orgs.pieces import foot, leaves
from state.orgs.granting import GrantState as S
from state.orgs.limits import Box

SEPARATION = "系统管理、安全管理、审计管理和业务各归各的账号，一个账号不能兼任（三员分立）。"


def dialogs() -> rx.Component:
    """Draw the dialogs of roles and of restrictions."""
    return rx.fragment(_grant(), _restrict(), _factor())


def boxes(some: Any, legend: str, hint: str = "") -> rx.Component:
    """Draw a list var of boxes under a heading."""

    def one(box: Box) -> rx.Component:
        return check(box.name, rx.fragment(box.label), default=box.on)

    return rx.el.fieldset(
        rx.el.legend(legend, rx.el.small(" ", hint, class_name="muted") if hint else rx.fragment()),
        rx.el.div(rx.foreach(some, one), class_name="checks boxes"),
        class_name="group",
    )


def _who() -> rx.Component:
    return rx.el.p("账号 ", rx.el.b(S.login), " ", S.name)


def _grant() -> rx.Component:
    return dialog(
        S.asking == "grant",
        "授权",
        rx.el.form(
            _who(),
            rx.cond(
                S.proposed.length() > 0,
                alert("blue", rx.el.span("拟授角色：", S.proposed.join("、"), "。已预先勾选，请核对后授予。")),
            ),
            leaves(S.leaves),
            role_boxes(S.roles),
            rx.cond(S.faults["roles"], rx.el.span(S.faults["roles"], class_name="fault", role="alert")),
            rx.el.p(SEPARATION, "全部不选即收回所有角色。", class_name="muted"),
            foot("授予", S.close),
            on_submit=S.grant,
            class_name="form",
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )


def _restrict() -> rx.Component:
    return dialog(
        S.asking == "restrict",
        "限制账号",
        rx.el.form(
            _who(),
            rx.el.p("勾选的内容从这个账号收走，不影响同角色的其他人；立即生效，记入日志。", class_name="muted"),
            leaves(S.leaves),
            check("read_only", "只读账号：只能查看，不能登记、办理和管理", default=S.read_only),
            boxes(S.places, "不能打开的菜单"),
            boxes(S.steps, "不能办理的步骤"),
            boxes(S.rights, "不授予的权限"),
            rx.cond(S.faults["denied"], rx.el.span(S.faults["denied"], class_name="fault", role="alert")),
            foot("保存", S.close),
            on_submit=S.restrict,
            class_name="form",
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )


def _factor() -> rx.Component:
    return dialog(
        S.asking == "factor",
        "重置动态口令",
        rx.el.form(
            _who(),
            rx.el.p("本人更换或遗失手机、备用码也用完时重置：原动态口令和备用码作废，各处登录立即退出，密码不变。"),
            alert("orange", rx.el.span("请先当面核实是本人提出。")),
            foot("确认重置", S.close),
            on_submit=lambda _: S.reset_factor(),
            class_name="form",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
