"""The days of one person, each figure a list of exactly those lines."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.addressed import address
from components.kit.form import select, text_input
from components.kit.show import card, empty
from components.kit.table import Column, table
from state.audit.person import PERIODS, Count, DayShown
from state.audit.person import PersonTimelineState as S


def timeline() -> rx.Component:
    """Draw who it is, the sums of the period, and the days."""
    return rx.el.div(
        address(S),
        card("", _head(), rx.cond(S.totals.length() > 0, _sums()), _table()),
        class_name="stack days",
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.cond(
            S.found,
            rx.fragment(
                rx.el.b(S.name), rx.el.span(S.login, class_name="muted"), rx.el.span(S.unit, class_name="muted")
            ),
            rx.el.span(S.login, class_name="muted"),
        ),
        rx.el.span(class_name="sp"),
        select(
            "period",
            [(str(days), f"最近 {days} 天") for days in PERIODS],
            value=S.period,
            on_change=S.choose_period,
            aria_label="期间",
        ),
        rx.el.form(
            text_input("login", placeholder="看另一个账号", aria_label="账号"),
            rx.el.button("查看", type="submit", class_name="btn"),
            on_submit=S.go,
            custom_attrs={"autoComplete": "off"},
        ),
        class_name="person-head",
    )


def _sums() -> rx.Component:
    return rx.el.div(rx.el.span("合计", class_name="muted"), counts_of(S.totals), class_name="sums")


def counts_of(counts: Any) -> rx.Component:
    """Draw figures by group, each the way to its lines."""

    def one(count: Count) -> rx.Component:
        return rx.el.a(f"{count.label} {count.count}", href=count.href, class_name=f"tag {count.tone}")

    return rx.el.span(rx.foreach(counts, one), class_name="marks")


def _table() -> rx.Component:
    return table(
        S.days,
        COLUMNS,
        row_key=lambda row: row.day,
        row_tone=lambda row: rx.cond(row.clear > 0, "orange", ""),
        loading=S.loading,
        empty=rx.cond(
            S.found,
            empty("这段时间没有任何操作", "换一个更长的期间再看"),
            empty("没有这个账号", "检查账号是否写对；停用的账号也能查到"),
        ),
    )


def _clear(row: DayShown) -> rx.Component:
    return rx.cond(row.clear > 0, rx.el.a(f"{row.clear} 次", href=row.clear_href), rx.el.span("—", class_name="muted"))


COLUMNS = [
    Column("day", "日期", lambda r: rx.el.b(r.day), phone="head"),
    Column("weekday", "星期", lambda r: rx.el.span(r.weekday), phone="tag"),
    Column("spans", "活动时段", lambda r: rx.el.span(r.spans)),
    Column("total", "操作", lambda r: rx.el.a(f"{r.total} 次", href=r.href)),
    Column("clear", "查看明文", _clear),
    Column("counts", "按类别", lambda r: counts_of(r.counts)),
]
