"""人员统计: the figures of each person who handles cases, each the way to its cases."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from state.statistics.people import PeopleState


def person_figures() -> rx.Component:
    """Draw the table of people."""
    return list_page(PeopleState, "/figures/people")
