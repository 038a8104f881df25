"""Roles and their matrix, who waits for a role, and the dialogs of a role."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import dialogs as declared
from components.kit.dialog import dialog
from components.kit.icons import icon
from components.kit.show import alert, card, empty, skeleton, tag
from components.kit.table import Column, table
from components.kit.tables import tables
from components.orgs.granting import SEPARATION
from components.orgs.pieces import marks
from state.orgs.roles import Granted, MatrixRow
from state.orgs.roles import RolesState as S
from state.orgs.shapes import AccountShown


def roles() -> rx.Component:
    """Draw who waits, then the roles, then what each role grants."""
    whole = rx.el.div(
        alert("blue", rx.el.span(SEPARATION, "账号由系统管理员建立，角色由安全管理员授予，做了什么由审计管理员查看。")),
        _waiting(),
        tables(S),
        _matrix(),
        class_name="stack",
    )
    return rx.cond(S.loading, skeleton(), whole)


def dialogs() -> rx.Component:
    """Draw the dialogs of a role and what came of a bulk grant."""
    return rx.fragment(declared(S), _results())


def _waiting() -> rx.Component:
    bar = rx.el.div(
        rx.el.span("已选", rx.el.b(S.selected.length()), "个"),
        rx.el.button("按拟授角色授予", type="button", class_name="btn pri", on_click=S.grant),
        class_name="bulk",
        role="status",
    )
    rows = rx.fragment(
        rx.cond(S.selected.length() > 0, bar),
        table(
            S.waiting,
            WAITING,
            row_key=lambda row: row.login,
            row_href=lambda row: row.href,
            selected=S.selected,
            on_select=S.select,
            on_select_all=S.select_all,
        ),
    )
    return rx.el.section(
        rx.el.header(icon("clock", 18), rx.el.h2("待授权账号 ", S.waiting.length(), " 个")),
        rx.cond(
            S.waiting.length() > 0,
            rows,
            empty("没有待授权的账号", "系统管理员新建或综治中心申请的账号会出现在这里"),
        ),
        class_name="card",
    )


def _proposed(row: AccountShown) -> rx.Component:
    return rx.cond(row.proposed.length() > 0, marks(row.proposed, "orange"), rx.el.span("未写明", class_name="muted"))


WAITING = [
    Column("login", "账号", lambda r: rx.el.a(r.login, href=r.href, class_name="ell mid"), phone="head"),
    Column("name", "姓名", lambda r: rx.el.span(r.name, title=r.name, class_name="ell mid"), phone="title"),
    Column(
        "unit", "单位", lambda r: rx.el.span(rx.cond(r.unit != "", r.unit, "—"), title=r.unit, class_name="ell mid")
    ),
    Column("proposed", "拟授角色", _proposed, phone="tag"),
    Column("until", "有效期至", lambda r: rx.el.span(rx.cond(r.until != "", r.until, "长期"))),
]


def _matrix() -> rx.Component:
    def row(one: MatrixRow) -> rx.Component:
        return rx.fragment(
            rx.cond(one.first, rx.el.tr(rx.el.th(one.group, scope="rowgroup", col_span=99), class_name="group-row")),
            rx.el.tr(rx.el.th(one.label, scope="row"), rx.foreach(one.cells, _mark)),
        )

    head = rx.el.tr(
        rx.el.th("权限", scope="col"),
        rx.foreach(S.names, lambda name: rx.el.th(name, scope="col", title=name)),
    )
    return card(
        "权限对照",
        rx.el.div(
            rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(S.matrix, row)), class_name="matrix"),
            class_name="wide-box",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": "权限对照"},
        ),
        icon="rows",
    )


def _mark(on: Any) -> rx.Component:
    yes = rx.el.td(icon("check", 14), rx.el.span("有", class_name="sr"), class_name="yes")
    return rx.cond(on, yes, rx.el.td(rx.el.span("无", class_name="sr")))


def _results() -> rx.Component:
    def line(one: Granted) -> rx.Component:
        good = rx.fragment(tag("已授予", "green"), rx.el.span(one.roles))
        bad = rx.fragment(tag("未授予", "red"), rx.el.span(one.why, class_name="error"))
        return rx.el.li(rx.el.b(one.login), rx.el.span(one.name), rx.cond(one.why == "", good, bad), class_name="row")

    return dialog(
        S.results.length() > 0,
        "授权结果",
        rx.el.ul(rx.foreach(S.results, line), class_name="stack"),
        rx.el.div(rx.el.button("关闭", type="button", class_name="btn pri", on_click=S.close), class_name="form-foot"),
        on_close=S.close,
        watermark=S.me.watermark,
    )
