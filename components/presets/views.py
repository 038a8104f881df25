"""The menu of the views that somebody named, and the choice of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from components.kit.asking import dialogs
from components.kit.icons import icon
from components.kit.menu import menu
from components.kit.picks import pick_list
from state.presets.views import PresetsState as S


def presets_menu(state: Any) -> rx.Component:
    """Draw the named views of the list of an `AddressedState`, and what keeps the present one."""
    return rx.fragment(
        menu(
            "常用视图",
            rx.foreach(S.own, _own),
            rx.foreach(S.others, _other),
            rx.cond(
                S.none,
                rx.el.p("还没有常用视图：设好条件后保存，下次一点即到", class_name="muted"),
            ),
            rx.el.button(
                icon("plus", 14),
                "保存当前视图",
                type="button",
                class_name="item",
                on_click=S.ask("save", state.address),
            ),
            class_name="presets",
        ),
        dialogs(S),
    )


def _own(one: Any) -> rx.Component:
    def act(name: str, word: str) -> rx.Component:
        about = {"aria-label": f"{word}常用视图 {one.name}"}
        return rx.el.button(
            word, type="button", class_name="btn txt small", on_click=S.ask(name, one.key), custom_attrs=about
        )

    return rx.el.div(
        _link(one, rx.cond(one.first, rx.el.small("默认")), rx.cond(one.shared, rx.el.small("已共享"))),
        act("change", "修改"),
        act("remove", "删除"),
        class_name="row",
    )


def _other(one: Any) -> rx.Component:
    return _link(one, rx.el.small(one.by, " 共享"))


def _link(one: Any, *marks: rx.Component) -> rx.Component:
    # another address of the same page: it is loaded as if one came there
    return rx.el.a(rx.el.span(one.name), *marks, href=one.href, class_name="item")


def columns_menu(state: Any, choices: Sequence[tuple[str, str]]) -> rx.Component:
    """Draw the choice of the columns of a `ColumnsState`."""
    return pick_list("显示列", list(choices), state.columns, state.choose_columns, plain=True)
