"""我的待办，超期预警，案件台账：three addresses of the same list."""

from __future__ import annotations

import reflex as rx

from components.cases.listing import export_button, worklist
from components.kit.icons import icon
from components.shell import page
from state.cases.listing import CaseListState


def to_do() -> rx.Component:
    """Draw what waits for the signed-in person."""
    return _list("/todo")


def overdue() -> rx.Component:
    return _list("/overdue")


def ledger() -> rx.Component:
    """Draw all cases within reach."""
    return _list("/cases")


def _list(path: str) -> rx.Component:
    return page(
        worklist(),
        place=path,
        here=path,
        actions=rx.fragment(
            rx.cond(CaseListState.shown == path, export_button()),
            rx.cond(
                CaseListState.may_register,
                rx.el.a(icon("plus"), "登记诉求", href="/cases/new", class_name="btn pri"),
            ),
        ),
    )
