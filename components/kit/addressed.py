"""A list whose view is its address: what keeps the two alike, its search box, and what an address cannot hold."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.scripts import library
from components.kit.show import alert


class _Address(rx.Component):
    library = library("address")
    tag = "Address"
    shown: rx.Var[str]


def address(state: Any) -> rx.Component:
    """Keep the address of the browser that of the list of an `AddressedState`."""
    return rx.fragment(
        _Address.create(shown=state.address),
        rx.cond(
            state.forgotten,
            alert("yellow", "网址中不保存姓名、电话、证件号码等条件，有的条件也可能已失效；请重新输入。"),
        ),
    )


def conditions(state: Any, name: str = "text") -> Any:
    """Count what narrows the list of an `AddressedState` besides its search box."""
    return state.filters.length() - rx.cond(state.filters.contains(name), 1, 0)


def back_to(state: Any, path: str) -> Any:
    """Give the address at which the list of an `AddressedState` was left in this tab; else the plain one."""
    return rx.cond(state.address != "", state.address, path)


def search_box(state: Any, *, label: str, example: str, name: str = "text") -> rx.Component:
    """Draw the box that shows what the list is searched by, and searches while somebody types."""
    return rx.el.input(
        name=name,
        type="search",
        placeholder=example,
        default_value=state.filters[name],
        key=state.cleared,
        on_change=state.narrow(name).debounce(300),
        class_name="inp search",
        custom_attrs={"data-search": "1", "aria-label": label, "autoComplete": "off"},
    )
