"""The list of cases: counters, filters, table, pager."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.cases.bulk import bulk_buttons, bulk_dialog
from components.kit.addressed import address, conditions, search_box
from components.kit.download import download_button
from components.kit.fold import filters
from components.kit.form import select, text_input
from components.kit.here import elsewhere
from components.kit.menu import menu
from components.kit.show import alert, card, empty, kpi_tiles, tag
from components.kit.table import Column, pager, table
from state.cases.listing import TAGS, Row, risk_choices
from state.cases.listing import CaseListState as S


def worklist() -> rx.Component:
    """Draw counters that filter, then the filtered list of an address; another address's is not shown in its place."""
    loading = S.loading | elsewhere(S)
    return rx.fragment(
        address(S),
        kpi_tiles(S.tiles, S.view, S.choose_view, loading=loading),
        rx.el.div(
            card("", _filters(), bulk_buttons(), _table(loading), _pager(loading), icon=None),
            class_name=rx.cond(S.bulk.length() > 0, "worklist", "worklist no-picks"),
        ),
        bulk_dialog(),
    )


def export_button() -> rx.Component:
    """Draw the export of the list as it is filtered, for who may take one."""
    return rx.cond(S.may_export, download_button("导出", endpoint="/api/v1/cases/export", body=S.asked))


def _filters() -> rx.Component:
    return filters(
        search_box(S, label="搜索案件", example="标题、内容、编号"),
        _choice("status", "全部状态", S.status_choices),
        _choice("category", "全部类别", S.category_choices),
        _choice("area", "全部属地", S.area_choices),
        _choice("department", "全部承办单位", S.department_choices, look="long"),
        _choice("risk", "全部风险", risk_choices()),
        _choice("tag", "全部标签", list(TAGS)),
        _person(),
        rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen)),
        count=conditions(S),
        beside=rx.cond(S.more.length() > 0, _more()),
        keys=rx.el.span(
            rx.el.kbd("J"), rx.el.kbd("K"), " 移动 ", rx.el.kbd("Enter"), " 打开 ", rx.el.kbd("?"), " 帮助",
            class_name="keys muted",
        ),
    )  # fmt: skip


def _more() -> rx.Component:
    # Lists that are looked into from time to time, beside the counters of the day.
    return select(
        "view",
        S.more,
        value=rx.cond(S.more_shown, S.view, ""),
        placeholder="更多列表",
        on_change=S.choose_list,
        class_name=rx.cond(S.more_shown, "on", ""),
        aria_label="更多列表",
    )


def _choice(name: str, label: str, choices: object, *, look: str = "") -> rx.Component:
    return select(
        name,
        choices,
        value=rx.cond(S.filters.contains(name), S.filters[name], ""),
        placeholder=label,
        on_change=lambda value: S.narrow(name, value),
        class_name=look,
        aria_label=label.replace("全部", "按") + "筛选",
    )


def _person() -> rx.Component:
    # What a person is looked for by stands in the menu, and that one is stands on it.
    sought = S.filters.contains("name") | S.filters.contains("phone") | S.filters.contains("id_number")
    look = rx.cond(sought, "btn on", "btn")
    return menu(rx.cond(sought, "按当事人查：已限定", "按当事人查"), _person_search(), look=look)


def _person_search() -> rx.Component:
    def box(name: str, example: str) -> rx.Component:
        return text_input(name, default=S.filters[name], placeholder=example, aria_label=example)

    return rx.el.form(
        box("name", "姓名（可为其中几个字）"),
        box("phone", "联系电话或其末四位"),
        box("id_number", "证件号码或其末四位"),
        rx.el.small("加密保存：电话和号码须完整，或只填末四位；几项都填时须是同一人", class_name="muted"),
        rx.el.button("查询", type="submit", class_name="btn pri"),
        on_submit=S.search_person,
        key=S.cleared,
        class_name="person-search",
        custom_attrs={"autoComplete": "off"},
    )


def _table(loading: Any) -> rx.Component:
    return table(
        S.rows,
        COLUMNS,
        row_key=lambda row: row.number,
        row_href=lambda row: row.href,
        row_tone=lambda row: rx.cond(row.tone == "red", "red", rx.cond(row.tone == "orange", "orange", "")),
        sort=S.sort,
        on_sort=S.order_by,
        selected=S.selected,
        on_select=S.select,
        on_select_all=S.select_all,
        loading=loading,
        empty=_nothing(),
        fault=S.fault,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        S.filtered,
        empty("没有符合条件的案件", "换个条件试试", rx.el.button("清除筛选", class_name="btn", on_click=S.widen)),
        empty("这里还没有案件", "登记诉求、转派或到了您手上的案件会出现在这里"),
    )


def _title(row: Row) -> rx.Component:
    return rx.el.span(
        rx.cond(row.urgent, tag("加急", "red")),
        rx.cond(row.leader_order, tag("交办", "red")),
        rx.cond(row.supervision != "", tag(row.supervision, row.supervision_tone)),
        rx.el.span(row.title, title=row.title, class_name="ell"),
        class_name="title",
    )


def _due(row: Row) -> rx.Component:
    return rx.cond(
        row.due != "",
        tag(row.due, rx.cond(row.tone == "none", "blue", row.tone), title=row.due_at),
        rx.el.span("—", class_name="muted none"),
    )


def _risk(row: Row) -> rx.Component:
    tone = rx.match(row.risk, ("high", "red"), ("medium", "orange"), "gray")
    return tag(row.risk_label, tone)


def _short(text: rx.Var[str]) -> rx.Component:
    """Up to two lines: the end of a name tells offices apart."""
    return rx.el.span(text, title=text, class_name="short")


COLUMNS = [
    Column("number", "编号", lambda r: rx.el.a(r.number, href=r.href), sort=True, width="132px"),
    Column("title", "诉求标题", _title, phone="title"),
    Column("category", "类别", lambda r: _short(r.category), sort=True),
    Column("area", "属地", lambda r: rx.el.span(r.area), sort=True),
    Column("party", "诉求人", lambda r: _short(r.party)),
    Column("risk", "风险", _risk),
    Column("status", "状态", lambda r: tag(r.status, r.status_tone), sort=True, phone="tag"),
    Column("due", "时限", _due, sort=True, phone="last"),
    Column("department", "承办单位", lambda r: _short(r.department)),
    Column("handler", "责任人", lambda r: _short(r.handler)),
    Column("submitted", "受理时间", lambda r: rx.el.span(r.submitted), sort=True),
]


def _pager(loading: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(S.fault != "", alert("red", S.fault)),
        pager(S, loading=loading),
    )
