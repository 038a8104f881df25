"""What is folded away on a phone and open on a desk."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon as draw
from components.kit.scripts import library


class _Fold(rx.Component):
    library = library("fold")
    tag = "Fold"


class _Narrowing(rx.Component):
    library = library("fold")
    tag = "Narrowing"
    count: rx.Var[int]


def folded(title: Any, summary: Any, *children: Any, icon: str) -> rx.Component:
    """Draw a card that a phone shows as one line until it is pressed; a desk shows it whole.

    :param summary: what the line says while the card is folded
    """
    head = rx.el.summary(
        draw(icon, 18),
        rx.el.h2(title),
        rx.el.span(summary, class_name="folded"),
        draw("chevron", 14, turn=True),
    )
    return _Fold.create(head, rx.el.div(*children, class_name="body"))


def filters(search: rx.Component, *narrowing: Any, count: Any, beside: Any = None, keys: Any = None) -> rx.Component:
    """Draw the bar over a list: its search box, and what narrows it, which a phone keeps under one button.

    :param count: var of how many conditions are set besides the search
    :param beside: what stays in view on a phone too
    :param keys: the keys of the list, for a wide desk
    """
    rest = [one for one in (beside, rx.el.span(class_name="sp"), keys) if one is not None]
    return rx.el.div(search, _Narrowing.create(*narrowing, count=count), *rest, class_name="filters", role="search")
