"""来访记录: the visits of all days."""

from __future__ import annotations

import reflex as rx

from components.kit.conditions import conditions_dialog, conditions_set, more_conditions
from components.plain import list_page
from state.visits.records import VisitsState as S

_SAYS = "姓名、电话、证件号码加密保存：电话和号码须完整，或只填末四位；几项都填时须是同一人"


def visit_records() -> rx.Component:
    """Draw the visits with their conditions above."""
    clear = rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen))
    narrowing = rx.el.div(more_conditions(S), clear, class_name="row")
    return list_page(S, "/visits/all", conditions_dialog(S, _SAYS), above=rx.fragment(narrowing, conditions_set(S)))
