"""时限规则: the limits in force and their history."""

from __future__ import annotations

import reflex as rx

from components.calendar.limits import limits
from components.kit.icons import icon
from components.kit.sheet import arrange_sheet
from components.shell import page
from state.calendar.limits import LimitsState


def limit_rules() -> rx.Component:
    return page(
        arrange_sheet(),
        limits(),
        place="/limits",
        actions=rx.fragment(
            rx.el.a("工作日历", href="/calendar", class_name="btn"),
            rx.el.button(icon("plus"), "设置时限", type="button", class_name="btn pri", on_click=LimitsState.ask(-1)),
        ),
    )
