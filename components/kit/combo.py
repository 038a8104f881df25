"""A type-ahead over a list that the page already has."""

from __future__ import annotations

from typing import Any

import reflex as rx

_SCRIPT = rx.asset("combo.jsx", shared=True)


def _picked(value: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (value,)


class Combo(rx.Component):
    """This class will wrap the type-ahead."""

    library = _SCRIPT.importable_path
    tag = "Combo"

    name: rx.Var[str]
    options: rx.Var[list[Any]]
    initial: rx.Var[str]
    placeholder: rx.Var[str]
    on_pick: rx.EventHandler[_picked]


def combo(name: str, options: Any, *, default: Any = "", placeholder: str = "", on_pick: Any = None) -> rx.Component:
    """This function will draw a type-ahead; `options` are objects with value and label."""
    handlers = {"on_pick": on_pick} if on_pick is not None else {}
    return Combo.create(name=name, options=options, initial=default, placeholder=placeholder, **handlers)
