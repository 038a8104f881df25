"""The tree of units, and its dialogs."""

from __future__ import annotations

import reflex as rx

from components.kit.addressed import address, conditions, search_box
from components.kit.dialog import dialog
from components.kit.fold import filters
from components.kit.form import field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, tag
from components.kit.table import Column, table
from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import act, foot
from state.orgs.units import UnitShown, kinds
from state.orgs.units import UnitsState as S


def units() -> rx.Component:
    """Draw every unit below the one it belongs to."""
    total = rx.cond(~S.loading, rx.el.div(rx.el.span("共", rx.el.b(S.count), "个单位"), class_name="pager"))
    return rx.el.div(address(S), card("", _filters(), _table(), total), class_name="units")


def dialogs() -> rx.Component:
    """Draw the dialogs of the units."""
    return rx.fragment(_form_dialog(), _turn_dialog(), import_dialog())


def _filters() -> rx.Component:
    kind = rx.cond(S.filters.contains("kind"), S.filters["kind"], "")
    return filters(
        search_box(S, label="搜索单位", example="名称、简称、代码"),
        select(
            "kind",
            kinds(),
            value=kind,
            placeholder="全部类型",
            on_change=lambda value: S.narrow("kind", value),
            aria_label="按类型筛选",
        ),
        rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen)),
        count=conditions(S),
    )


def _table() -> rx.Component:
    return table(
        S.rows,
        COLUMNS,
        row_key=lambda row: row.code,
        row_tone=lambda row: rx.cond(row.enabled, "", "off"),
        loading=S.loading,
        empty=_nothing(),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        S.filtered,
        empty("没有符合条件的单位", "换个条件试试", rx.el.button("清除筛选", class_name="btn", on_click=S.widen)),
        empty("还没有单位", "新增单位，或从 Excel 导入"),
    )


def _name(row: UnitShown) -> rx.Component:
    return rx.el.span(
        rx.el.span(row.name, title=row.name, class_name="ell"),
        rx.cond(row.short_name != "", rx.el.small(row.short_name, class_name="muted")),
        class_name=f"tree d{row.depth}",
    )


def _state(row: UnitShown) -> rx.Component:
    return rx.cond(row.enabled, tag("启用", "green"), tag("已停用", "gray", title=row.disabled))


def _accounts(row: UnitShown) -> rx.Component:
    return rx.el.a(row.accounts, " 个", href=row.href, custom_attrs={"aria-label": f"{row.name} 的账号"})


def _acts(row: UnitShown) -> rx.Component:
    return rx.el.span(
        act("修改", S.ask(row.code), about=row.name),
        rx.cond(row.enabled, act("加下级", S.ask_new(row.code), about=row.name)),
        act(rx.cond(row.enabled, "停用", "启用"), S.ask_turn(row.code), about=row.name),
        class_name="row-acts",
    )


COLUMNS = [
    Column("name", "单位名称", _name, phone="title"),
    Column("kind", "类型", lambda r: rx.el.span(r.kind_label)),
    Column("code", "代码", lambda r: rx.el.code(r.code), phone="head"),
    Column("parent", "上级", lambda r: rx.el.span(rx.cond(r.parent != "", r.parent, "—"), class_name="ell short")),
    Column("phone", "办公电话", lambda r: rx.el.span(rx.cond(r.phone != "", r.phone, "—"))),
    Column("accounts", "账号", _accounts),
    Column("state", "状态", _state, phone="tag"),
    Column("acts", "操作", _acts),
]


def _form_dialog() -> rx.Component:
    one = S.asked
    return dialog(
        S.editing,
        rx.cond(one.code != "", "修改单位", "新增单位"),
        rx.el.form(
            _fields(one),
            rx.cond(
                one.code != "",
                rx.fragment(),
                rx.el.p("代码一经保存不能修改：案件和消息按代码找单位。", class_name="muted"),
            ),
            foot("保存", S.close),
            on_submit=S.send,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _fields(one: UnitShown) -> rx.Component:
    def line(
        name: str, label: str, value: rx.Var[str], *, required: bool = False, hint: str = "", **more: str
    ) -> rx.Component:
        control = text_input(name, default=value, **more)
        return field(label, control, name=name, required=required, hint=hint, error=S.faults[name])

    return rx.el.div(
        line("name", "单位名称", one.name, required=True),
        line("short_name", "简称", one.short_name),
        rx.cond(
            one.code != "",
            rx.el.div(rx.el.span("单位代码", class_name="label"), rx.el.code(one.code), class_name="field"),
            line("code", "单位代码", one.code, required=True, hint="小写字母、数字、下划线、短横，如 rsj"),
        ),
        field("类型", select("kind", kinds(), default=one.kind), name="kind", error=S.faults["kind"]),
        field(
            "上级单位",
            select("parent", S.parents, default=one.parent_code, placeholder="无（最上级）"),
            name="parent",
            hint="最上级的综治中心只有一个；乡镇（街道）综治中心须选上级单位",
            error=S.faults["parent"],
        ),
        line("phone", "办公电话", one.phone, input_mode="tel"),
        line("hours", "办公时间", one.hours, hint="如：工作日 8:30 至 12:00，14:30 至 17:30"),
        line("address", "地址", one.address, hint="综治中心的电话、地址和办公时间印在受理通知单上，也在查询页面公布"),
        line("position", "排序", one.position, hint="小的在前", input_mode="numeric"),
        class_name="grid-2",
    )


def _turn_dialog() -> rx.Component:
    one = S.turning
    return dialog(
        one.code != "",
        rx.cond(one.enabled, "停用单位", "启用单位"),
        rx.el.form(
            rx.cond(
                one.enabled,
                rx.fragment(
                    rx.el.p("停用后，“", one.name, "”不再出现在转派、抄告和新建账号的列表里，已转来的案件仍可查到。"),
                    rx.cond(
                        S.left > 0,
                        alert("orange", rx.el.span("该单位还有 ", S.left, " 件在办案件，停用后将无人接收，请先改派。")),
                    ),
                    rx.cond(
                        one.accounts > 0,
                        alert("orange", rx.el.span(f"该单位还有 {one.accounts} 个启用的账号，须先调整或停用。")),
                    ),
                ),
                rx.el.p("启用后，“", one.name, "”重新出现在转派、抄告和新建账号的列表里。"),
            ),
            foot(rx.cond(one.enabled, "确认停用", "确认启用"), S.close, look="pri"),
            on_submit=lambda _: S.turn(),
            class_name="form",
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def acts() -> rx.Component:
    """Draw what may be done with the list as a whole."""
    return rx.fragment(
        import_button("units"),
        rx.el.button(icon("plus"), "新增单位", type="button", class_name="btn pri", on_click=S.ask_new("")),
    )
