"""诉求登记: today's visitor becomes a case in one page."""

from __future__ import annotations

import reflex as rx

from components.cases.form import case_form, done_panel
from components.kit.show import skeleton
from components.shell import page
from state.cases.writing import CaseFormState


def case_new() -> rx.Component:
    """Draw the empty form, or what follows when it was sent."""
    return page(
        rx.cond(
            CaseFormState.loaded,
            rx.cond(CaseFormState.done != "", done_panel(), case_form()),
            skeleton(),
        ),
        place="/cases/new",
    )
