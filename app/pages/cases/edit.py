"""编辑与补充: mending a case that is not dispatched yet."""

from __future__ import annotations

import reflex as rx

from components.cases.form import case_form
from components.kit.show import skeleton
from components.shell import page
from state.cases.working import CaseState
from state.cases.writing import CaseFormState


def case_edit() -> rx.Component:
    """Draw the form of the case that the address names."""
    number = CaseFormState.editing
    return page(
        rx.cond(CaseFormState.loaded, case_form(), skeleton()),
        place="/case-edit/[number]",
        title=f"{CaseFormState.editing_label} {number}",
        # before the case is known, and for one that may not be mended, there is no number: no empty link then
        crumbs=[
            (CaseState.beside.label, CaseState.beside.href),
            (rx.cond(number != "", number, "案件"), f"/case/{number}"),
            ("编辑", ""),
        ],
    )
