"""统计报告: all reports within reach."""

from __future__ import annotations

import reflex as rx

from components.kit.icons import icon
from components.plain import list_page
from state.reports.listing import ReportsState as S


def report_list() -> rx.Component:
    """Draw the list; who writes reports makes one by hand."""
    make = rx.el.button(icon("plus"), "生成报告", type="button", class_name="btn pri", on_click=S.ask("new", ""))
    return list_page(S, "/reports", beside=rx.cond(S.may_write, make))
