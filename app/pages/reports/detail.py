"""One report as a document."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import dialogs
from components.reports import drawn, ways
from components.shell import page
from state.reports.report import ReportState as S


def report() -> rx.Component:
    """Draw the report that the address names."""
    crumbs: list[tuple[Any, Any]] = [("统计", "/board"), ("统计报告", "/reports"), (S.word, "")]
    return page(drawn(), dialogs(S), place="/reports/[report]", crumbs=crumbs, actions=ways())
