"""The cases behind a number."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from components.statistics.said import said
from state.statistics.behind import BehindState


def cases_behind() -> rx.Component:
    """Draw the list, and above it what the number counts and leaves out."""
    return list_page(BehindState, "/figures/cases", above=said(BehindState))
