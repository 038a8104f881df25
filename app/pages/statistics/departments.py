"""部门统计: the figures of each department, each the way to its cases."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from state.statistics.departments import FiguresState


def department_figures() -> rx.Component:
    """Draw the table of departments."""
    return list_page(FiguresState, "/figures")
