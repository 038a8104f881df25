"""单位管理: the units of the county."""

from __future__ import annotations

import reflex as rx

from components.orgs.pieces import sheet
from components.orgs.units import acts, dialogs, units
from components.shell import page


def unit_list() -> rx.Component:
    """Draw the tree of units."""
    return page(
        sheet(),
        units(),
        dialogs(),
        place="/units",
        actions=acts(),
    )
