"""What is read: tags, tiles, cards, facts, time lines, empty places, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from components.kit.icons import icon

Text = str | rx.Var[str]


def tag(text: Any, tone: Text = "gray", *, plain: bool = False, **props: Any) -> rx.Component:
    """This function will draw a word on a ground of its tone: red, orange, yellow, blue, green or gray."""
    look = "tag plain" if plain else "tag"
    return rx.el.span(text, class_name=f"{look} {tone}", **props)


def kpi_tiles(tiles: Any, chosen: Any, on_choose: Any) -> rx.Component:
    """This function will draw counters that filter when pressed.

    :param tiles: list var of objects with .view .label .count .tone
    """

    def tile(one: Any) -> rx.Component:
        return rx.el.button(
            rx.el.span(one.label),
            rx.el.b(one.count),
            rx.el.em("件"),
            type="button",
            on_click=on_choose(one.view),
            class_name=f"kpi card {one.tone} " + rx.cond(chosen == one.view, "on", "").to(str),
            custom_attrs={"aria-pressed": rx.cond(chosen == one.view, "true", "false"), "data-view": one.view},
        )

    return rx.el.div(rx.foreach(tiles, tile), class_name="kpis", role="group", custom_attrs={"aria-label": "分类计数"})


def card(title: Text, *children: Any, actions: rx.Component | None = None, icon: str | None = None) -> rx.Component:
    """This function will draw a surface with a head; without a title there is no head and no padding."""
    if isinstance(title, str) and not title:
        return rx.el.section(*children, class_name="card bare")
    head = rx.el.header(
        _icon(icon), rx.el.h2(title), rx.el.span(class_name="sp"), actions or rx.fragment()
    )
    return rx.el.section(head, rx.el.div(*children, class_name="bd"), class_name="card")


def _icon(name: str | None) -> rx.Component:
    return icon(name, 18) if name else rx.fragment()


def desc_list(pairs: list[tuple[str, Any]]) -> rx.Component:
    """This function will draw facts as label and value, three beside each other where there is room."""
    return rx.el.dl(
        *[rx.el.div(rx.el.dt(label), rx.el.dd(value)) for label, value in pairs],
        class_name="desc",
    )


def timeline(items: Any, render: Callable[[Any], rx.Component]) -> rx.Component:
    """This function will draw what happened, one point an item."""
    return rx.el.ol(rx.foreach(items, lambda item: rx.el.li(render(item))), class_name="tl")


def process(nodes: Any) -> rx.Component:
    """This function will draw the way of a matter, node after node.

    :param nodes: list var of objects with .label .state (done, now, late, todo) .who .when
    """

    def node(one: Any) -> rx.Component:
        word = rx.match(one.state, ("done", "已完成"), ("now", "进行中"), ("late", "已超期"), "未开始")
        return rx.el.li(
            rx.el.b(one.label),
            rx.el.span(one.who, class_name="who"),
            rx.el.small(one.when),
            rx.el.span(word, class_name="sr"),
            class_name=f"node {one.state}",
            custom_attrs={"aria-current": rx.cond((one.state == "now") | (one.state == "late"), "step", "false")},
        )

    return rx.el.ol(rx.foreach(nodes, node), class_name="process", tab_index=0, custom_attrs={"aria-label": "流转路径"})


def empty(text: Text, hint: Text = "", action: rx.Component | None = None) -> rx.Component:
    """This function will say what would be here and how it gets here."""
    return rx.el.div(
        icon("inbox", 36),
        rx.el.b(text),
        rx.el.span(hint),
        action or rx.fragment(),
        class_name="empty",
    )


def alert(tone: Text, *children: Any) -> rx.Component:
    """This function will draw a sentence that must be seen; red and orange ones are read out at once."""
    urgent = isinstance(tone, str) and tone in {"red", "orange"}
    return rx.el.div(
        icon("warn"),
        rx.el.div(*children),
        class_name=f"alert {tone}",
        role="alert" if urgent else "status",
    )


def skeleton() -> rx.Component:
    """This function will draw the shape of what is on its way."""
    lines = [rx.el.div(class_name="skel", style={"width": width}) for width in ("40%", "90%", "75%", "82%", "60%")]
    return rx.el.div(
        *lines, rx.el.span("正在加载", class_name="sr"), class_name="card waiting", role="status"
    )


def gallery(pictures: Any, src: Callable[[Any], Any], thumb: Callable[[Any], Any]) -> rx.Component:
    """This function will draw small pictures that open large; keys.js opens, turns and closes them.

    :param pictures: list var of objects with .id .label .at
    """

    def picture(one: Any) -> rx.Component:
        return rx.el.figure(
            rx.el.a(
                rx.el.img(src=thumb(one), alt=one.label, loading="lazy"),
                href=src(one),
                target="_blank",
                custom_attrs={"data-picture": one.id},
            ),
            rx.el.figcaption(one.label, rx.el.small(one.at)),
        )

    return rx.el.div(rx.foreach(pictures, picture), class_name="gallery", custom_attrs={"data-gallery": "1"})
