"""我的待办，超期预警，案件台账：three doors to the same list."""

from __future__ import annotations

import reflex as rx

from components.cases.list import export_button, worklist
from components.kit.icons import icon
from components.shell import page
from state.cases.listing import CaseListState


def case_list() -> rx.Component:
    """This function will draw the list that the address names."""
    return page(
        worklist(),
        title=CaseListState.title,
        crumbs=[("工作台", "/todo"), (CaseListState.title, "")],
        actions=rx.fragment(
            export_button(),
            rx.cond(
                CaseListState.may_register,
                rx.el.a(icon("plus"), "登记诉求", href="/cases/new", class_name="btn pri"),
            ),
        ),
    )
