"""Roles and their matrix, who waits for a role, and the dialogs of a role."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, skeleton, tag
from components.kit.table import Column, table
from components.orgs.granting import SEPARATION, boxes
from components.orgs.pieces import act, foot, marks
from state.orgs.roles import Granted, MatrixRow, RoleShown, levels, reaches
from state.orgs.roles import RolesState as S
from state.orgs.shapes import AccountShown


def roles() -> rx.Component:
    """Draw who waits, then the roles, then what each role grants."""
    whole = rx.el.div(
        alert("blue", rx.el.span(SEPARATION, "账号由系统管理员建立，角色由安全管理员授予，做了什么由审计管理员查看。")),
        _waiting(),
        _roles(),
        _matrix(),
        class_name="stack",
    )
    return rx.cond(S.loading, skeleton(), whole)


def dialogs() -> rx.Component:
    """Draw the dialogs of a role and what came of a bulk grant."""
    return rx.fragment(_form_dialog(), _end_dialog(), _results())


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


def _roles() -> rx.Component:
    return rx.el.section(
        rx.el.header(icon("shield", 18), rx.el.h2("角色")),
        table(S.roles, ROLES, row_key=lambda row: row.code),
        class_name="card roles",
    )


def _name(row: RoleShown) -> rx.Component:
    return rx.el.span(
        rx.el.span(row.name, class_name="ell mid", title=row.name),
        rx.cond(row.built_in, tag("内置", "gray", plain=True), tag("自定义", "blue", plain=True)),
        class_name="marks",
    )


def _bounds(row: RoleShown) -> rx.Component:
    return rx.el.span(
        rx.cond(row.read_only, tag("只读", "yellow", plain=True)),
        rx.cond(row.limits != "", rx.el.span("不含：", row.limits, title=row.limits, class_name="ell mid")),
        rx.cond(~row.read_only & (row.limits == ""), rx.el.span("—")),
        class_name="marks",
    )


def _role_acts(row: RoleShown) -> rx.Component:
    own = rx.fragment(act("修改", S.ask(row.code), about=row.name), act("停用", S.ask_end(row.code), about=row.name))
    return rx.el.span(
        act("复制为自定义角色", S.copy(row.code), about=row.name),
        rx.cond(row.built_in, rx.fragment(), own),
        class_name="row-acts",
    )


ROLES = [
    Column("name", "角色", _name, phone="title"),
    Column("duty", "职责", lambda r: rx.el.span(r.duty), phone="tag"),
    Column("acts_as", "办理身份", lambda r: rx.el.span(r.acts_as_label)),
    Column("reach", "数据范围", lambda r: rx.el.span(r.reach_label)),
    Column("level", "字段级别", lambda r: rx.el.span(r.level_label)),
    Column("limits", "限制", _bounds),
    Column("accounts", "账号", lambda r: rx.el.a(r.accounts, " 个", href=r.href)),
    Column("acts", "操作", _role_acts),
]


def _matrix() -> rx.Component:
    def row(one: MatrixRow) -> rx.Component:
        return rx.fragment(
            rx.cond(one.first, rx.el.tr(rx.el.th(one.group, scope="rowgroup", col_span=99), class_name="group-row")),
            rx.el.tr(rx.el.th(one.label, scope="row"), rx.foreach(one.cells, _mark)),
        )

    head = rx.el.tr(
        rx.el.th("权限", scope="col"),
        rx.foreach(S.roles, lambda role: rx.el.th(role.name, scope="col", title=role.name)),
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


def _form_dialog() -> rx.Component:
    one = S.asked
    return dialog(
        S.editing,
        rx.cond(S.fresh, "新建自定义角色", "修改自定义角色"),
        rx.el.form(
            _names(one),
            rx.cond(
                one.duty == "业务",
                _scope(one),
                alert("blue", rx.el.span("管理员角色不能查看业务数据和个人信息。")),
            ),
            boxes(S.rights, "权限", "只列出同一职责的权限（三员分立）"),
            _fault("permissions"),
            check("read_only", "只读角色：不能登记、办理和管理", default=one.read_only),
            _fault("read_only"),
            boxes(S.places, "不能打开的菜单"),
            rx.cond(one.duty == "业务", boxes(S.steps, "不能办理的步骤")),
            _fault("acts_as"),
            foot("保存", S.close),
            on_submit=S.save,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )


def _fault(name: str) -> rx.Component:
    return rx.cond(S.faults[name], rx.el.span(S.faults[name], class_name="fault", role="alert"))


def _names(one: RoleShown) -> rx.Component:
    code = rx.cond(
        S.fresh,
        field(
            "角色代码",
            text_input("code"),
            name="code",
            required=True,
            hint="小写字母、数字、下划线，以字母开头",
            error=S.faults["code"],
        ),
        rx.el.div(rx.el.span("角色代码", class_name="label"), rx.el.code(one.code), class_name="field"),
    )
    return rx.el.div(
        field("角色名称", text_input("name", default=one.name), name="name", required=True, error=S.faults["name"]),
        code,
        rx.el.div(
            rx.el.span("办理身份", class_name="label"),
            rx.el.span(rx.el.b(one.acts_as_label), "（在办理流程中按这个身份办理）"),
            class_name="field",
        ),
        field("说明", text_input("note", default=one.note, most=200), name="note", error=S.faults["note"]),
        class_name="grid-2",
    )


def _scope(one: RoleShown) -> rx.Component:
    return rx.el.div(
        field("数据范围", select("reach", reaches(), default=one.reach), name="reach", error=S.faults["reach"]),
        field("字段级别", select("level", levels(), default=one.level), name="level", error=S.faults["field_level"]),
        class_name="grid-2",
    )


def _end_dialog() -> rx.Component:
    one = S.ending
    return dialog(
        one.code != "",
        "停用角色",
        rx.el.form(
            rx.el.p("停用后，“", one.name, "”不能再授予；仍有账号持有时不能停用。"),
            foot("确认停用", S.close),
            on_submit=lambda _: S.end(),
            class_name="form",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


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
