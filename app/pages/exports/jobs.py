"""导出记录: the person's own long exports."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from state.exports.jobs import ExportsState


def export_jobs() -> rx.Component:
    return list_page(ExportsState, "/exports")
