"""环节用时: how long each stage of cases takes, each number the way to its cases."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from components.statistics.said import said
from state.statistics.links import LinksState, PassedState


def link_figures() -> rx.Component:
    """Draw the table of stages."""
    return list_page(LinksState, "/figures/links")


def link_cases() -> rx.Component:
    """Draw the cases behind a number of a stage."""
    return list_page(PassedState, "/figures/links/cases", above=said(PassedState))
