"""Short lists of a page, each on a card with its label."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.listing import drawn, exporting
from components.kit.show import card, empty
from state.kit.listing import Listing


def tables(state: Any) -> rx.Component:
    """Draw the lists of a `TablesState` below one another."""
    return rx.el.div(*[_card(state, one) for one in state.TABLES], class_name="stack tables")


def _card(state: Any, spec: Listing[Any]) -> rx.Component:
    found, sort = state.tables[spec.name], rx.cond(state.orders.contains(spec.name), state.orders[spec.name], "")
    known = state.tables.contains(spec.name)
    count = rx.cond(found.length() > 0, rx.el.span(found.length(), f" {spec.unit}", class_name="muted"))
    said = rx.el.p(spec.says, class_name="muted") if spec.says else rx.fragment()
    rows = drawn(
        state,
        spec,
        found,
        sort=sort,
        on_sort=lambda column: state.order_table(spec.name, column),
        empty=empty(*spec.none_yet),
        label=spec.label,
        loading=state.loading | ~known,
    )
    actions = rx.fragment(rx.cond(known, count), exporting(spec, {"sort": sort}, "btn txt small"))
    return card(spec.label, said, rows, actions=actions, icon=spec.icon, flush=True)
