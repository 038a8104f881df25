"""告警: what the rules found in the journal."""

from __future__ import annotations

import reflex as rx

from components.audit.pieces import sheet
from components.kit.tables import tables
from components.plain import list_page
from state.audit.alarms import CLOSED, AlarmsState


def audit_alarms() -> rx.Component:
    return list_page(AlarmsState, "/alarms", sheet(), above=tables(AlarmsState), title=CLOSED.label)
