"""告警: what the rules found in the journal."""

from __future__ import annotations

import reflex as rx

from components.audit.alarms import alarms
from components.audit.pieces import sheet
from components.shell import page


def audit_alarms() -> rx.Component:
    return page(sheet(), alarms(), place="/alarms")
