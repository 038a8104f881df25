"""保存期限: how long what is kept, what is on hold, what was ended."""

from __future__ import annotations

import reflex as rx

from components.privacy.pieces import sheet
from components.privacy.retention import acts, dialogs, retention
from components.shell import page


def retention_rules() -> rx.Component:
    """Draw the rules, holds and runs."""
    return page(
        sheet(),
        retention(),
        dialogs(),
        place="/retention",
        actions=acts(),
    )
