"""What the auditor's pages share: their style sheet."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import sheet as bring


def sheet() -> rx.Component:
    """Bring the style of the auditor's pages."""
    return bring("audit")
