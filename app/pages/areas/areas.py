"""区划管理: the areas of the county."""

from __future__ import annotations

import reflex as rx

from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import sheet
from components.plain import list_page
from state.areas.areas import AreasState

_HINT = "还没有乡镇街道的边界：点“导入边界”导入后，综合看板用地图显示各乡镇街道。"


def area_list() -> rx.Component:
    """Draw the areas of the county, above them whose branch is shown and the way back up."""
    way_up = rx.el.button(
        "返回上级",
        type="button",
        class_name="btn txt small",
        on_click=AreasState.narrow("branch", AreasState.above),
    )
    where = rx.el.p(way_up, rx.el.span("当前：", rx.el.b(AreasState.branch), "及其下级"), class_name="row")
    return list_page(
        AreasState,
        "/areas",
        sheet(),
        import_dialog(),
        new="新增区划",
        beside=rx.fragment(import_button("shapes", "导入边界"), import_button("areas", "导入名录")),
        above=rx.cond(
            AreasState.branch != "", where, rx.cond(AreasState.borderless, rx.el.p(_HINT, class_name="muted"))
        ),
    )
