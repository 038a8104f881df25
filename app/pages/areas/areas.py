"""区划管理: the areas of the county."""

from __future__ import annotations

import reflex as rx

from components.areas.areas import acts, areas, dialogs
from components.orgs.pieces import sheet
from components.shell import page


def area_list() -> rx.Component:
    """Draw the areas of the county."""
    return page(
        sheet(),
        areas(),
        dialogs(),
        place="/areas",
        actions=acts(),
    )
