"""The days of one person, each figure a list of exactly those lines."""

from __future__ import annotations

import reflex as rx

from components.kit.addressed import address
from components.kit.form import select, text_input
from components.kit.listing import drawn, mark, waiting
from components.kit.show import card, empty
from state.audit.person import DAYS, Period
from state.audit.person import PersonTimelineState as S


def timeline() -> rx.Component:
    """Draw who it is, the sums of the period, and the days."""
    none = rx.cond(S.found, empty(*DAYS.none_yet), empty("没有这个账号", "检查账号是否写对；停用的账号也能查到"))
    rows = drawn(S, DAYS, S.rows, sort=S.sort, on_sort=S.order_by, empty=none, loading=waiting(S))
    return rx.el.div(
        address(S), card("", _head(), rx.cond(S.totals.length() > 0, _sums()), rows), class_name="stack days"
    )


def _head() -> rx.Component:
    period = rx.cond(S.filters.contains("days"), S.filters["days"], Period.MONTH.value)
    return rx.el.div(
        rx.cond(S.found, rx.el.b(S.name)),
        rx.el.span(S.login, class_name="muted"),
        rx.cond(S.found, rx.el.span(S.unit, class_name="muted")),
        rx.el.span(class_name="sp"),
        select(
            "period",
            [(one.value, one.label) for one in Period],
            value=period,
            on_change=S.narrow("days"),
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
    figures = rx.el.span(rx.foreach(S.totals, mark), class_name="marks")
    return rx.el.div(rx.el.span("合计", class_name="muted"), figures, class_name="sums")
