"""单位管理: the units of the county."""

from __future__ import annotations

import reflex as rx

from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import sheet
from components.plain import list_page
from state.orgs.units import UnitsState


def unit_list() -> rx.Component:
    return list_page(UnitsState, "/units", sheet(), import_dialog(), new="新增单位", beside=import_button("units"))
