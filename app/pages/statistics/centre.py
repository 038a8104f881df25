"""中心工作台: where administrators of the centre land."""

from __future__ import annotations

import reflex as rx

from components.shell import page
from components.statistics.centre import centre as drawn


def centre() -> rx.Component:
    """Draw what waits for the centre today."""
    return page(drawn(), place="/centre")
