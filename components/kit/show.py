"""Pieces that show something: tags, tiles, cards, lists, the process picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from components.kit.icons import icon as draw

Text = str | rx.Var[str]


def tag(text: Any, tone: Any, *, plain: bool = False, title: Any = "") -> rx.Component:
    """This function will draw a word on a coloured ground; colour never speaks alone."""
    return rx.el.span(text, class_name=rx.Var.create("tag plain " if plain else "tag ") + tone, title=title)


def card(title: Any, *children: Any, actions: rx.Component | None = None, icon: str | None = None) -> rx.Component:
    """This function will draw a panel; without a title it has no head."""
    head = (
        [
            rx.el.header(
                draw(icon) if icon else rx.fragment(),
                rx.el.h2(title),
                rx.el.span(class_name="sp"),
                actions or rx.fragment(),
            )
        ]
        if title
        else []
    )
    return rx.el.section(*head, rx.el.div(*children, class_name="bd"), class_name="card")


def kpi_tiles(tiles: Any, chosen: Any, on_choose: Callable[[Any], Any]) -> rx.Component:
    """This function will draw counters that filter; `tiles` hold view, label, count and tone."""
    return rx.el.div(
        rx.foreach(
            tiles,
            lambda tile: rx.el.button(
                rx.el.span(tile.label),
                rx.el.b(tile.count),
                rx.el.em("件"),
                type="button",
                class_name=rx.Var.create("kpi card ") + tile.tone + rx.cond(chosen == tile.view, " on", ""),
                on_click=on_choose(tile.view),
                custom_attrs={"aria-pressed": chosen == tile.view, "data-view": tile.view},
            ),
        ),
        class_name="kpis",
        role="group",
        custom_attrs={"aria-label": "计数筛选"},
    )


def desc_list(pairs: list[tuple[str, Any]]) -> rx.Component:
    """This function will draw labelled facts in three columns, one on phones."""
    return rx.el.dl(*[rx.el.div(rx.el.dt(label), rx.el.dd(value)) for label, value in pairs], class_name="desc")


def timeline(items: Any, render: Callable[[Any], rx.Component]) -> rx.Component:
    """This function will draw what happened, the newest first; an item's `tone` may be "warn"."""
    return rx.el.ol(rx.foreach(items, lambda item: rx.el.li(render(item), class_name=item.tone)), class_name="tl")


def process(nodes: Any) -> rx.Component:
    """This function will draw the way of a case: nodes done, now, late or to come."""
    words = {"done": "已完成", "now": "进行中", "late": "已超期"}
    return rx.el.ol(
        rx.foreach(
            nodes,
            lambda node: rx.el.li(
                rx.el.b(node.label),
                rx.el.span(node.who),
                rx.el.small(rx.match(node.state, *words.items(), "待办理"), " ", node.when),
                class_name=rx.Var.create("node ") + node.state,
                custom_attrs={"aria-current": rx.cond(node.state == "now", "step", "false")},
            ),
        ),
        class_name="process",
    )


def empty(text: Text, hint: Text = "", action: rx.Component | None = None) -> rx.Component:
    """This function will say what would be here and how it gets here."""
    return rx.el.div(rx.el.b(text), rx.el.p(hint), action or rx.fragment(), class_name="empty")


def alert(tone: str, *children: Any) -> rx.Component:
    """This function will draw a message on a coloured ground."""
    return rx.el.div(*children, class_name=f"alert {tone}", role="status")


def skeleton(rows: int = 6) -> rx.Component:
    """This function will draw grey bars where content is about to be."""
    return rx.el.div(
        *[rx.el.div(class_name="skel") for _ in range(rows)],
        class_name="card skeleton",
        custom_attrs={"aria-busy": "true", "aria-label": "正在加载"},
    )


def gallery(pictures: Any, src: Callable[[Any], Any], thumb: Callable[[Any], Any]) -> rx.Component:
    """This function will draw thumbnails that open the picture; `pictures` hold id, label and at."""
    return rx.el.div(
        rx.foreach(
            pictures,
            lambda p: rx.el.a(
                rx.el.img(src=thumb(p), alt=p.label, loading="lazy"),
                rx.el.small(p.label, " ", p.at),
                href=src(p),
                target="_blank",
                custom_attrs={"data-zoom": "1"},
            ),
        ),
        class_name="gallery",
    )
