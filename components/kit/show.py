"""What is read: tags, tiles, cards, facts, journals, empty places, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from components.kit.icons import icon as draw
from components.kit.scripts import library

Text = str | rx.Var[str]
_SIGNS = {"green": "check", "blue": "info"}
"""What stands before a sentence that warns of nothing."""
TILES = 6
"""Counters whose place is kept until it is known how many there are."""


def tag(text: Any, tone: Any = "gray", *, plain: bool = False, **props: Any) -> rx.Component:
    """Draw a word on a ground of its tone: red, orange, yellow, blue, green or gray."""
    return rx.el.span(text, class_name=f"{'tag plain' if plain else 'tag'} {tone}", **props)


def kpi_tiles(tiles: Any, chosen: Any, on_choose: Any, *, unit: str = "件", loading: Any = False) -> rx.Component:
    """Draw counters that filter when pressed.

    :param tiles: list var of objects with .view .label .count .tone
    :param loading: var that is true until they are known; their place is kept
    """

    def tile(one: Any) -> rx.Component:
        return rx.el.button(
            rx.el.span(one.label),
            rx.el.b(one.count),
            rx.el.em(unit),
            type="button",
            on_click=on_choose(one.view),
            class_name=f"kpi {one.tone}",
            custom_attrs={"aria-pressed": rx.cond(chosen == one.view, "true", "false"), "data-view": one.view},
        )

    waiting = [
        rx.el.div(rx.el.div(class_name="bone"), class_name="kpi", custom_attrs={"aria-hidden": "true"})
        for _ in range(TILES)
    ]
    shown = rx.cond(loading, rx.fragment(*waiting), rx.foreach(tiles, tile))
    return rx.el.div(shown, class_name="kpis", role="group", custom_attrs={"aria-label": "分类计数"})


def card(
    title: Any, *children: Any, actions: rx.Component | None = None, icon: str | None = None, flush: bool = False
) -> rx.Component:
    """Draw a surface with a head; without a title there is no head and no padding, with `flush` no padding."""
    if isinstance(title, str) and not title:
        return rx.el.section(rx.el.div(*children, class_name="body"), class_name="card flush")
    head = rx.el.header(
        draw(icon, 18) if icon else rx.fragment(),
        rx.el.h2(title),
        rx.el.div(actions, class_name="acts") if actions is not None else rx.fragment(),
    )
    return rx.el.section(head, rx.el.div(*children, class_name="body"), class_name="card flush" if flush else "card")


def desc_list(pairs: list[tuple[str, Any]]) -> rx.Component:
    """Draw facts as label and value, three beside each other where there is room."""
    return rx.el.dl(*[rx.el.div(rx.el.dt(label), rx.el.dd(value)) for label, value in pairs], class_name="desc")


def timeline(items: Any, render: Callable[[Any], rx.Component]) -> rx.Component:
    """Draw what happened, one point an item; an item's .tone may be "warn"."""
    return rx.el.ol(rx.foreach(items, lambda item: rx.el.li(render(item), class_name=item.tone)), class_name="timeline")


def process(nodes: Any) -> rx.Component:
    """Draw the way of a matter, node after node.

    :param nodes: list var of objects with .label .state (done, now, late, todo) .who .when
    """

    def node(one: Any) -> rx.Component:
        word = rx.match(one.state, ("done", "已完成"), ("now", "进行中"), ("late", "已超期"), "待办理")
        current = (one.state == "now") | (one.state == "late")
        return rx.el.li(
            rx.el.b(one.label),
            rx.el.span(one.who),
            rx.el.small(rx.el.span(word, class_name="state"), " ", rx.el.span(one.when)),
            class_name=f"node {one.state}",
            custom_attrs={"aria-current": rx.cond(current, "step", rx.Var("undefined"))},
        )

    return rx.el.ol(rx.foreach(nodes, node), class_name="process", tab_index=0, custom_attrs={"aria-label": "流转路径"})


def empty(text: Text, hint: Text = "", action: rx.Component | None = None) -> rx.Component:
    """Say what would be here and how it gets here."""
    return rx.el.div(draw("inbox", 32), rx.el.b(text), rx.el.p(hint), action or rx.fragment(), class_name="empty")


def alert(tone: Text, *children: Any) -> rx.Component:
    """Draw a sentence that must be seen; red and orange ones are read out at once."""
    urgent = isinstance(tone, str) and tone in {"red", "orange"}
    sign = _SIGNS.get(tone, "warn") if isinstance(tone, str) else "warn"
    return rx.el.div(draw(sign), *children, class_name=f"alert {tone}", role="alert" if urgent else "status")


def restored(when: Any, on_discard: Any) -> rx.Component:
    """Say that a form was filled with what was typed before and not sent, and offer to begin it anew.

    :param when: when that was typed, in words; empty where nothing was restored
    """
    return rx.cond(
        when != "",
        alert(
            "blue",
            rx.el.span("已恢复 ", when, " 填写、尚未提交的内容"),
            rx.el.button("丢弃", type="button", class_name="btn small", on_click=on_discard),
        ),
    )


def skeleton(rows: int = 6) -> rx.Component:
    """Draw the shape of what is on its way."""
    return rx.el.div(
        *[rx.el.div(class_name="bone") for _ in range(rows)],
        rx.el.span("正在加载", class_name="sr"),
        class_name="card skeleton",
        role="status",
    )


class _Gallery(rx.Component):
    library = library("dialog")
    tag = "Gallery"
    watermark: rx.Var[str]


def gallery(
    pictures: Any,
    src: Callable[[Any], Any],
    thumb: Callable[[Any], Any],
    original: Callable[[Any], Any] = lambda _: "",
    watermark: Any = "",
) -> rx.Component:
    """Draw small pictures that open large, with keys and buttons to go on.

    :param pictures: list var of objects with .id .label .at
    :param original: where the picture is as it was uploaded, for a download; empty where nobody kept it
    :param watermark: text to repeat over the large picture
    """

    def picture(one: Any) -> rx.Component:
        return rx.el.button(
            rx.el.img(src=thumb(one), alt=one.label, loading="lazy"),
            rx.el.small(one.label, " ", one.at),
            type="button",
            custom_attrs={
                "data-src": src(one),
                "data-caption": f"{one.label} {one.at}",
                "data-original": original(one),
            },
        )

    return _Gallery.create(rx.foreach(pictures, picture), watermark=watermark)


def hits(pieces: Any, whole: Any = "") -> rx.Component:
    """Draw a text with what was searched in it marked; without a piece, the whole text."""
    drawn = rx.foreach(pieces, lambda one: rx.cond(one.hit, rx.el.mark(one.text), one.text))
    return rx.cond(pieces.length() > 0, drawn, whole)
