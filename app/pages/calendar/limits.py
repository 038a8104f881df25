"""时限规则: the limits in force and their history."""

from __future__ import annotations

import reflex as rx

from components.plain import tables_page
from state.calendar.limits import LimitsState


def limit_rules() -> rx.Component:
    calendar = rx.el.a("工作日历", href="/calendar", class_name="btn")
    return tables_page(LimitsState, "/limits", new="设置时限", beside=calendar)
