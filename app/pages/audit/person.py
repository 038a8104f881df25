"""人员时间线: the days of one person."""

from __future__ import annotations

import reflex as rx

from components.audit.person import timeline
from components.audit.pieces import sheet
from components.kit.addressed import back_to
from components.kit.listing import export_button
from components.shell import page
from state.audit.journal import JournalState
from state.audit.person import PersonTimelineState as S


def audit_person() -> rx.Component:
    """Draw the days of the person that the address names."""
    whole = rx.el.a("全部记录", href=f"/journal?login={S.login}", class_name="btn")
    return page(
        sheet(),
        timeline(),
        place="/audit-person/[login]",
        crumbs=[("审计日志", back_to(JournalState, "/journal")), ("人员时间线", "")],
        actions=rx.cond(S.found, rx.fragment(export_button(S), whole)),
    )
