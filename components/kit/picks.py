"""Some of many choices, each in its box in a list under one button."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from components.kit.scripts import library, pairs


class _Picks(rx.Component):
    library = library("picks")
    tag = "Picks"
    label: rx.Var[str]
    options: rx.Var[list[Any]]
    value: rx.Var[Any]
    plain: rx.Var[bool]
    on_pick: rx.EventHandler[passthrough_event_spec(str)]


def picks(state: Any, name: str, label: str, options: Any) -> rx.Component:
    """Draw the choice of several values of a condition of an `AddressedState`, which keeps them joined by commas.

    :param options: list var of objects with .value and .label, and for a tree .depth; or pairs of value and label
    """
    value = rx.cond(state.filters.contains(name), state.filters[name], "")
    return pick_list(label, options, value, state.narrow(name))


def pick_list(label: str, options: Any, value: Any, on_pick: Any, *, plain: bool = False) -> rx.Component:
    """Draw a choice of several values, joined by commas; a plain one does not say on its button what is chosen."""
    return _Picks.create(label=label, options=pairs(options), value=value, on_pick=on_pick, plain=plain)
