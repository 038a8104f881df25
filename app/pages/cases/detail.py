"""One case: who has it, what happened, and what this person may do next."""

from __future__ import annotations

import reflex as rx

from components.cases.detail import acts, first, lamps, left, right, ways
from components.cases.dialogs import reveal_dialog, step_dialog
from components.cases.relating import act_dialog, beside
from components.kit.show import card, empty, skeleton
from components.orgs.explain import why_button, why_dialog
from components.orgs.pieces import sheet
from components.shell import page
from components.warnings.strip import risk_strip
from state.cases.working import CaseState


def case_detail() -> rx.Component:
    """Draw the case that the address names."""
    return page(
        sheet(),
        why_dialog(),
        # a dialog outlives a line that broke, not a reload or another page: those begin without one, or with their own
        rx.fragment(on_mount=CaseState.enter),
        rx.cond(
            CaseState.found,
            rx.cond(
                CaseState.loaded,
                rx.fragment(
                    first(),
                    lamps(),
                    risk_strip(CaseState.risks),
                    beside(),
                    rx.el.div(left(), right(), class_name="cols"),
                    step_dialog(),
                    reveal_dialog(),
                    act_dialog(),
                ),
                skeleton(),
            ),
            card(
                "",
                empty(
                    "没有找到这件诉求",
                    "编号有误，或不在您的查看范围内",
                    rx.el.div(
                        rx.el.a("返回列表", href=CaseState.beside.href, class_name="btn"),
                        ways(),
                        why_button("为什么看不到？"),
                        class_name="row",
                    ),
                ),
            ),
        ),
        place="/case/[number]",
        title=rx.cond(CaseState.case.title != "", CaseState.case.title, "案件"),
        crumbs=[("工作台", "/todo"), (CaseState.beside.label, CaseState.beside.href), (CaseState.case.number, "")],
        actions=rx.cond(CaseState.found & CaseState.loaded, rx.fragment(ways(), acts())),
    )
