"""The form of a new account and its initial password, and what pages of accounts draw alike."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, tag
from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import foot, marks
from state.orgs.accounts import AccountListState as S
from state.orgs.shapes import AccountShown, RoleChoice, Told


def dialogs() -> rx.Component:
    return rx.fragment(_form_dialog(), told_dialog(S.told, S.close, S.me.watermark), import_dialog())


def acts() -> rx.Component:
    """Draw what may be done besides opening an account."""
    return rx.cond(
        S.may_make,
        rx.fragment(
            rx.cond(S.proposes, rx.fragment(), import_button("accounts")),
            rx.el.button(
                icon("plus"),
                rx.cond(S.proposes, "申请账号", "新增账号"),
                type="button",
                class_name="btn pri",
                on_click=S.ask_new,
            ),
        ),
    )


def roles_of(row: AccountShown) -> rx.Component:
    """Draw the roles of an account; those that were only asked for are marked so."""
    return rx.cond(
        row.roles.length() > 0,
        marks(row.roles),
        rx.el.span(rx.el.small("拟授 ", class_name="muted"), marks(row.proposed, "orange"), class_name="marks"),
    )


def state_of(row: AccountShown) -> rx.Component:
    """Draw the state of an account, and that it is restricted."""
    return rx.el.span(
        tag(row.state_label, row.tone), rx.cond(row.restricted, tag("受限", "yellow")), class_name="marks"
    )


def _form_dialog() -> rx.Component:
    return dialog(
        S.making,
        rx.cond(S.proposes, "申请账号", "新增账号"),
        rx.el.form(
            _identity(),
            field("拟授角色", role_boxes(S.roles), name="roles", required=True, error=S.faults["roles"], wide=True),
            _bounds(),
            alert("blue", rx.el.span("保存后显示一次初始密码；安全管理员授权后才能登录，首次登录须修改密码。")),
            foot("保存", S.close),
            on_submit=S.send,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )


def _identity() -> rx.Component:
    return rx.el.div(
        field("账号", text_input("login", most=64), name="login", required=True, hint="字母、数字、点、下划线、短横", error=S.faults["login"]),
        field("姓名", text_input("name", most=46), name="name", required=True, error=S.faults["name"]),
        class_name="grid-2",
    )  # fmt: skip


def _bounds() -> rx.Component:
    unit = rx.cond(
        S.proposes,
        field("所属单位", text_input("unit", default=S.me.unit, read_only=True), name="unit", error=S.faults["unit"]),
        field("所属单位", select("unit", S.choices["units"], placeholder="无"), name="unit", error=S.faults["unit"]),
    )
    return rx.el.div(
        unit,
        area_field(S.areas, "", S.faults["area"]),
        field(
            "有效期至",
            text_input("until", type="date"),
            name="until",
            hint="临时账号填写，到期自动失效；长期账号留空",
            error=S.faults["until"],
        ),
        class_name="grid-2",
    )


def area_field(areas: Any, default: Any, fault: Any, *, required: Any = False) -> rx.Component:
    """Draw the choice of an area, for roles that see by area."""
    return field(
        "辖区",
        combo("area", areas, default=default, placeholder="不限定"),
        name="area",
        required=required,
        hint="只对按辖区查看的角色起作用，如派出所",
        error=fault,
    )


def role_boxes(roles: Any) -> rx.Component:
    """Draw roles as boxes to tick, each with its duty."""

    def one(role: RoleChoice) -> rx.Component:
        return check(
            role.name, rx.fragment(role.label, rx.el.small(" ", role.duty, class_name="muted")), default=role.on
        )

    return rx.el.div(rx.foreach(roles, one), class_name="checks boxes", id="roles")


def told_dialog(told: Told, on_close: Any, watermark: Any) -> rx.Component:
    """Draw the initial password of an account, to be seen once."""
    return dialog(
        told.password != "",
        "初始密码",
        rx.el.div(
            rx.el.p("账号 ", rx.el.b(told.login), " ", told.name, " 的初始密码："),
            rx.el.code(told.password, class_name="told", id="initial-password"),
            alert(
                "orange", rx.el.span("只显示这一次，关闭后无法再查看。请当面或用安全的方式交给本人，首次登录须修改。")
            ),
            rx.el.div(
                rx.el.button("已交给本人，关闭", type="button", class_name="btn pri", on_click=on_close),
                class_name="form-foot",
            ),
            class_name="form",
        ),
        on_close=on_close,
        watermark=watermark,
    )
