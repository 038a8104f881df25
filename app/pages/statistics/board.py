"""综合看板: where leaders, heads of departments and read-only accounts land."""

from __future__ import annotations

import reflex as rx

from components.shell import page
from components.statistics.board import board as drawn


def board() -> rx.Component:
    """Draw the board of what the signed-in person sees."""
    return page(drawn(), place="/board")
