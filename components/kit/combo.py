"""A type-ahead list for long sets of choices."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from components.kit.scripts import given, library, pairs


class _Combo(rx.Component):
    library = library("inputs")
    tag = "Combo"
    name: rx.Var[str]
    options: rx.Var[list[Any]]
    default_value: rx.Var[str]
    placeholder: rx.Var[str]
    sought: rx.Var[str]
    on_pick: rx.EventHandler[passthrough_event_spec(str)]


def combo(
    name: Any,
    options: Any,
    *,
    default: Any = "",
    placeholder: str = "",
    sought: str = "",
    on_pick: Any = None,
    **rest: Any,
) -> rx.Component:
    """Draw an input that narrows its options while one types; the form sends the value.

    :param options: list var of objects with .value and .label, or pairs of value and label
    :param sought: under which name the form also sends what was typed when the option was picked; empty: not at all
    :param on_pick: event that takes the chosen value, empty when the choice was removed
    """
    return _Combo.create(
        name=name,
        id=name,
        options=pairs(options),
        default_value=default,
        placeholder=placeholder,
        sought=sought,
        **given(on_pick=on_pick),
        **rest,
    )
