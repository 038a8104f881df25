"""The centre's desk: what waits, what ends today, who is slow, who came."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.sheet import sheet
from components.kit.show import card, empty, skeleton
from components.statistics.board import NONE_TODAY, number, pressing, tile
from state.statistics.centre import CentreState as S
from state.statistics.centre import Slowest


def centre() -> rx.Component:
    """Draw the whole desk."""
    shown = rx.el.div(
        _tiles("等待综治中心办理", S.waits),
        _tiles("今天", S.day),
        rx.el.div(
            rx.el.div(pressing("今日到期", S.today, S.today_href, *NONE_TODAY), class_name="half"),
            rx.el.div(_slow(), class_name="half"),
            class_name="grid",
        ),
        rx.el.p("数据截至 ", S.as_of, "，有变化时自动更新", class_name="muted"),
        class_name="board centre",
    )
    return rx.fragment(sheet("board"), rx.cond(S.loaded, shown, skeleton()))


def _tiles(title: str, tiles: Any) -> rx.Component:
    drawn = rx.el.div(rx.foreach(tiles, tile), class_name="kpis", role="group", custom_attrs={"aria-label": title})
    return rx.el.section(rx.el.h2(title), drawn)


def _slow() -> rx.Component:
    def one(who: Slowest) -> rx.Component:
        return rx.el.tr(
            rx.el.td(who.name, rx.cond(who.beside != "", rx.el.small("　", who.beside)), title=who.name),
            number(who.in_hand, who.in_hand_href),
            number(who.overdue, who.overdue_href, "late"),
        )

    def rows(label: str, found: Any) -> rx.Component:
        head = [rx.el.th(word, scope="col") for word in (label, "在办", "超期")]
        table = rx.el.table(
            rx.el.thead(rx.el.tr(*head)), rx.el.tbody(rx.foreach(found, one)), class_name="plain",
            custom_attrs={"aria-label": f"超期最多的{label}"},
        )  # fmt: skip
        return rx.cond(found, table)

    nothing = empty("没有超期的案件", "超期最多的单位和人员会列在这里")
    found = rx.fragment(rows("承办单位", S.units), rows("经办人", S.people))
    more = rx.el.a("人员统计", href="/figures/people", class_name="btn txt small")
    return card("超期最多", rx.cond(S.some_late, found, nothing), actions=more, icon="alarm", flush=True)
