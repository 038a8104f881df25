"""权限说明: what one person sees and may do, and why."""

from __future__ import annotations

import reflex as rx

from components.orgs.explain import explanation
from components.orgs.pieces import sheet
from components.shell import page
from state.orgs.explain import ExplainState


def explained() -> rx.Component:
    """Draw the answer about the account of the address, or one's own."""
    return page(
        sheet(),
        explanation(),
        place="/explain",
        subject=True,
        actions=rx.cond(
            ExplainState.found & (ExplainState.people.length() > 0),
            rx.el.a("打开账号", href=f"/account/{ExplainState.one.login}", class_name="btn"),
        ),
    )
