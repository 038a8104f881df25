"""工作日历: the working days of a year."""

from __future__ import annotations

import reflex as rx

from components.calendar.year import acts, year
from components.kit.asking import dialogs
from components.kit.sheet import arrange_sheet
from components.shell import page
from state.calendar.year import CalendarState


def working_days() -> rx.Component:
    """Draw the calendar of a year."""
    return page(
        arrange_sheet(),
        year(),
        dialogs(CalendarState),
        place="/calendar",
        actions=rx.fragment(rx.el.a("时限规则", href="/limits", class_name="btn"), acts()),
    )
