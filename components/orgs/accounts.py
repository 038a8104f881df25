"""The list of accounts: counters, filters, table, pager; the form of a new account and its initial password."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.addressed import address, conditions, search_box
from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.fold import filters
from components.kit.form import check, field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, kpi_tiles, tag
from components.kit.table import Column, pager, table
from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import foot, marks
from state.orgs.accounts import AccountListState as S
from state.orgs.shapes import AccountShown, RoleChoice, Told


def accounts() -> rx.Component:
    """Draw counters that filter, then the filtered accounts."""
    return rx.fragment(
        address(S),
        kpi_tiles(S.tiles, S.view, S.choose_view, unit="个", loading=S.loading),
        card("", _filters(), _table(), pager(S, loading=S.loading)),
    )


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


def _filters() -> rx.Component:
    return filters(
        search_box(S, label="搜索账号", example="账号、姓名"),
        select(
            "unit",
            S.units,
            value=rx.cond(S.filters.contains("unit"), S.filters["unit"], ""),
            placeholder="全部单位",
            on_change=lambda value: S.narrow("unit", value),
            aria_label="按单位筛选",
        ),
        rx.el.select(
            rx.el.option("全部角色", value=""),
            rx.foreach(S.roles, lambda role: rx.el.option(role.label, value=role.code)),
            value=rx.cond(S.filters.contains("role"), S.filters["role"], ""),
            on_change=lambda value: S.narrow("role", value),
            class_name="inp",
            custom_attrs={"aria-label": "按角色筛选"},
        ),
        rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen)),
        count=conditions(S),
        keys=rx.el.span(
            rx.el.kbd("J"), rx.el.kbd("K"), " 移动 ", rx.el.kbd("Enter"), " 打开", class_name="keys muted",
        ),
    )  # fmt: skip


def _table() -> rx.Component:
    return table(
        S.rows,
        COLUMNS,
        row_key=lambda row: row.login,
        row_href=lambda row: row.href,
        row_tone=lambda row: rx.match(row.state, ("locked", "red"), ("ungranted", "orange"), ("disabled", "off"), ""),
        loading=S.loading,
        empty=_nothing(),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        S.filtered,
        empty("没有符合条件的账号", "换个条件试试", rx.el.button("清除筛选", class_name="btn", on_click=S.widen)),
        empty("还没有账号", "新增账号后，由安全管理员授权才能登录"),
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


COLUMNS = [
    Column("login", "账号", lambda r: rx.el.a(r.login, href=r.href, title=r.login, class_name="ell mid"), phone="head"),
    Column("name", "姓名", lambda r: rx.el.span(r.name, title=r.name, class_name="ell mid"), phone="title"),
    Column(
        "unit", "单位", lambda r: rx.el.span(rx.cond(r.unit != "", r.unit, "—"), title=r.unit, class_name="ell mid")
    ),
    Column("roles", "角色", roles_of),
    Column("state", "状态", state_of, phone="tag"),
    Column("seen", "最近使用", lambda r: rx.el.span(r.seen_day, title=r.seen)),
    Column("until", "有效期至", lambda r: rx.el.span(rx.cond(r.until != "", r.until, "长期"))),
]


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
        field("所属单位", select("unit", S.units, placeholder="无"), name="unit", error=S.faults["unit"]),
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
