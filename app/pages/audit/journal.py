"""审计日志: the journal, searched, exported and verified."""

from __future__ import annotations

import reflex as rx

from components.audit.journal import acts, journal
from components.audit.pieces import sheet
from components.shell import page


def audit_journal() -> rx.Component:
    return page(sheet(), journal(), place="/journal", actions=acts())
