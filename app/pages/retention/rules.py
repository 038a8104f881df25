"""保存期限: how long what is kept, what is on hold, what was ended."""

from __future__ import annotations

import reflex as rx

from components.plain import tables_page
from state.retention.rules import RetentionState


def retention_rules() -> rx.Component:
    return tables_page(RetentionState, "/retention", new="法定保留")
