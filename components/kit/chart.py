"""Numbers as a picture that leads to what it counts; the part that draws it loads only on pages that have one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.scripts import library
from components.kit.show import empty


class _Chart(rx.NoSSRComponent):
    library = library("chart")
    tag = "Chart"
    lib_dependencies: list[str] = ["echarts@6.1.0"]
    shown: rx.Var[Any]
    label: rx.Var[str]


class _Figures(rx.Component):
    library = library("figures")
    tag = "Figures"
    shown: rx.Var[Any]
    label: rx.Var[str]


def chart(shown: Any, *, label: str, tall: bool = False) -> rx.Component:
    """Draw a chart, and below it the same numbers as a table that is folded away.

    A mark of the picture and a number of the table lead to the same address.

    :param shown: var of a `Chart`
    :param label: what the picture shows, for those who listen
    """
    known = shown.kind != ""
    figures = rx.cond(known, _Figures.create(shown=shown, label=label), rx.el.div(class_name="chart-figures"))
    return rx.el.div(
        rx.cond(
            known & shown.blank,
            empty("暂无数据", shown.said),
            rx.fragment(_place(shown, label), figures),
        ),
        class_name="chart tall" if tall else "chart",
    )


def _place(shown: Any, label: str) -> rx.Component:
    """Keep the place of the picture until it is drawn; bars that lie need as much as they are."""
    bars = shown.labels.length() * (shown.lines.length() * 14 + 12)
    return rx.el.div(
        rx.el.div(class_name="chart-wait"),
        rx.el.span("正在加载", class_name="sr", role="status"),
        _Chart.create(shown=shown, label=label),
        class_name="chart-place",
        style={"min-height": rx.cond(shown.kind == "row", f"{bars}px", "0")},
    )
