"""The list of cases: counters, filters, table, pager."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.cases.bulk import bulk_buttons, bulk_dialog
from components.kit.addressed import address, conditions, search_box
from components.kit.conditions import conditions_dialog, conditions_set, more_conditions
from components.kit.download import download_button
from components.kit.fold import filters
from components.kit.form import select
from components.kit.here import elsewhere
from components.kit.listing import mark
from components.kit.picks import picks
from components.kit.show import alert, card, empty, hits, kpi_tiles, tag
from components.kit.table import Column, pager, table
from components.presets.views import columns_menu, presets_menu
from state.cases.listing import PICKED, Row
from state.cases.listing import CaseListState as S

LABELS = ("状态", "类别", "属地", "承办单位", "风险", "标签")
"""Of what stands above the list."""


def worklist() -> rx.Component:
    """Draw counters that filter, then the filtered list of an address; another address's is not shown in its place."""
    loading = S.loading | elsewhere(S)
    return rx.fragment(
        address(S),
        kpi_tiles(S.tiles, S.view, S.choose_view, loading=loading),
        rx.el.div(
            card("", _filters(), conditions_set(S), bulk_buttons(), _table(loading), _pager(loading), icon=None),
            class_name=rx.cond(S.bulk.length() > 0, "worklist", "worklist no-picks"),
        ),
        bulk_dialog(),
        conditions_dialog(S, "姓名、电话、证件号码加密保存：电话和号码须完整，或只填末四位；几项都填时须是同一人"),
    )


def export_button() -> rx.Component:
    """Draw the export of the list as it is filtered, for who may take one."""
    return rx.cond(S.may_export, download_button("导出", endpoint="/api/v1/cases/export", body=S.asked))


def _filters() -> rx.Component:
    return filters(
        search_box(S, label="搜索案件", example="标题、内容、编号"),
        *[picks(S, name, label, S.choices[name]) for name, label in zip(PICKED, LABELS, strict=True)],
        more_conditions(S),
        rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen)),
        columns_menu(S, _CHOSEN),
        count=conditions(S),
        beside=rx.fragment(presets_menu(S), rx.cond(S.more.length() > 0, _more())),
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


def _table(loading: Any) -> rx.Component:
    columns: Any = S.columns
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
        shown=rx.cond(S.reasoned, columns + rx.Var.create(["reason"]), columns),
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
        rx.cond(row.alert.text != "", mark(row.alert)),
        rx.el.span(hits(row.in_title, row.title), title=row.title, class_name="ell"),
        rx.cond(row.in_content.length() > 0, rx.el.small(hits(row.in_content), class_name="excerpt")),
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
    Column("number", "编号", lambda r: rx.el.a(hits(r.in_number, r.number), href=r.href), sort=True, width="132px"),
    Column("title", "诉求标题", _title, phone="title"),
    Column("reason", "原因", lambda r: rx.el.span(r.reason, title=r.reason, class_name="short long")),
    Column("category", "类别", lambda r: _short(r.category), sort=True),
    Column("area", "属地", lambda r: rx.el.span(r.area), sort=True),
    Column("party", "诉求人", lambda r: _short(r.party)),
    Column("risk", "风险", _risk),
    Column("status", "状态", lambda r: tag(r.status, r.status_tone), sort=True, phone="tag"),
    Column("due", "时限", _due, sort=True, phone="last"),
    Column("department", "承办单位", lambda r: _short(r.department)),
    Column("handler", "责任人", lambda r: _short(r.handler)),
    Column("submitted", "受理时间", lambda r: rx.el.span(r.submitted), sort=True),
    Column("source", "来源", lambda r: rx.el.span(r.source)),
    Column("created", "登记时间", lambda r: rx.el.span(r.created), sort=True),
    Column("closed", "办结时间", lambda r: rx.el.span(r.closed)),
    Column("satisfaction", "满意度", lambda r: rx.el.span(r.satisfaction)),
]
_CHOSEN = [(one.key, one.label) for one in COLUMNS if one.key in S.COLUMNS and one.key not in S.FIXED]


def _pager(loading: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(S.fault != "", alert("red", S.fault)),
        pager(S, loading=loading),
    )
