"""Tables that the server sorts, filters and pages; cards on a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from components.kit.form import options_of
from components.kit.show import alert
from state.kit.addressed import SIZES

BONES = 8
Row = Any
"""A var of one row: whatever the caller's functions read from it."""
_PLACES = {
    "head": "as-head",
    "title": "as-title",
    "tag": "as-tag",
    "last": "as-tag last",
    "hide": "as-hidden",
    "off": "as-hidden",
}


@dataclass(frozen=True)
class Column:
    """One column.

    :ivar sort: its head is a button that sorts by `key`
    :ivar width: CSS width, empty for what the content needs
    :ivar phone: its place on a card: head, title, tag, last (a tag at the right end), hide; empty for a line with its label
    """

    key: str
    label: str
    render: Callable[[Row], rx.Component]
    sort: bool = False
    width: str = ""
    phone: str = ""


def table(
    rows: Any,
    columns: list[Column],
    *,
    row_key: Callable[[Row], Any],
    row_href: Callable[[Row], Any] | None = None,
    row_tone: Callable[[Row], Any] | None = None,
    sort: Any = "",
    on_sort: Any = None,
    selected: Any = None,
    on_select: Any = None,
    on_select_all: Any = None,
    loading: Any = False,
    empty: rx.Component | None = None,
    fault: Any = "",
    label: str = "列表",
    shown: Any = None,
) -> rx.Component:
    """Draw rows that keys and pointer can walk, select and open.

    :param row_tone: red, orange, yellow, blue or anything else: tint and bar at the row's left edge
    :param sort: var with the key that sorts, with a leading "-" when descending
    :param selected: list var of selected keys; none for a table without boxes
    :param fault: a sentence shown in place of the rows
    :param label: what the table is called where a page has several
    :param shown: list var of the keys of the columns that are shown; none for all
    """
    picks = selected is not None
    head = [_select_all(rows, selected, on_select_all)] if picks else []
    head += [_if_shown(shown, column, _head(column, sort, on_sort)) for column in columns]
    width = len(head)

    def one(row: Row) -> rx.Component:
        cells = [_if_shown(shown, column, _cell(column, row)) for column in columns]
        return _row(row, cells, row_key, row_href, row_tone, selected, on_select)

    waiting = rx.fragment(*[_bones(shown, columns, picks=picks) for _ in range(BONES)])
    body = rx.cond(loading, waiting, rx.cond(rows.length() > 0, rx.foreach(rows, one), _message(empty, width)))
    return _box_of(head, rx.cond(fault, _message(alert("red", fault), width), body), loading, label)


def _box_of(head: list[rx.Component], body: Any, loading: Any, label: str) -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*head)),
            rx.el.tbody(body),
            class_name="table",
            custom_attrs={"aria-busy": rx.cond(loading, "true", "false")},
        ),
        class_name="table-box",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": label},
    )


def _row(
    row: Row,
    cells: list[Any],
    row_key: Callable[[Row], Any],
    row_href: Callable[[Row], Any] | None,
    row_tone: Callable[[Row], Any] | None,
    selected: Any,
    on_select: Any,
) -> rx.Component:
    attributes: dict[str, Any] = {"data-row": row_key(row)}
    if row_href is not None:
        attributes["data-href"] = row_href(row)
    tone = rx.Var.create(row_tone(row) if row_tone else "")
    if selected is not None:
        chosen = selected.contains(row_key(row))
        cells.insert(0, _box(row_key(row), chosen, on_select))
        tone = rx.cond(chosen, f"{tone} sel", tone)
    return rx.el.tr(*cells, key=row_key(row), tab_index=-1, class_name=tone, custom_attrs=attributes)


def _box(key: Any, chosen: Any, on_select: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        checked=chosen,
        on_change=lambda _: on_select(key),
        custom_attrs={"aria-label": f"选择 {key}"},
    )
    return rx.el.td(box, class_name="pick")


def _if_shown(shown: Any, column: Column, drawn: rx.Component) -> Any:
    return drawn if shown is None else rx.cond(shown.contains(column.key), drawn)


def _cell(column: Column, row: Row) -> rx.Component:
    place = _PLACES.get(column.phone, "as-line")
    return rx.el.td(column.render(row), class_name=place, custom_attrs={"data-label": column.label})


def _head(column: Column, sort: Any, on_sort: Any) -> rx.Component:
    style = {"width": column.width} if column.width else {}
    if not column.sort or on_sort is None:
        return rx.el.th(column.label, scope="col", style=style)
    order = rx.match(sort, (column.key, "ascending"), (f"-{column.key}", "descending"), "none")
    button = rx.el.button(column.label, type="button", on_click=on_sort(column.key))
    return rx.el.th(button, scope="col", style=style, custom_attrs={"aria-sort": order})


def _select_all(rows: Any, selected: Any, on_select_all: Any) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        checked=(selected.length() > 0) & (selected.length() >= rows.length()),
        on_change=lambda _: on_select_all(),
        custom_attrs={"aria-label": "选择本页全部"},
    )
    return rx.el.th(box, scope="col", class_name="pick")


def _message(content: rx.Component | None, width: int) -> rx.Component:
    return rx.el.tr(rx.el.td(content or rx.fragment(), col_span=width), class_name="message")


def _bones(shown: Any, columns: list[Column], *, picks: bool) -> rx.Component:
    def bone(look: str = "") -> rx.Component:
        return rx.el.td(rx.el.div(class_name="bone"), class_name=look)

    cells = [*([bone("pick")] if picks else []), *(_if_shown(shown, column, bone()) for column in columns)]
    return rx.el.tr(*cells, custom_attrs={"aria-hidden": "true"})


def pager(state: Any, *, loading: Any = False) -> rx.Component:
    """Draw how many there are in the list of an `AddressedState`, and the way to the pages before and behind.

    Nothing is counted before the rows are known.
    """
    known = state.known & ~rx.Var.create(loading)

    def way(label: str, there: Any, to: str) -> rx.Component:
        return rx.el.button(label, type="button", class_name="btn", disabled=~there, on_click=state.turn(to))

    return rx.el.nav(
        rx.cond(known, rx.el.span("共", rx.el.b(state.total), "条")),
        rx.el.span(class_name="sp"),
        rx.el.select(
            options_of([(str(one), f"每页 {one} 条") for one in SIZES]),
            value=state.size.to_string(),
            on_change=state.resize,
            class_name="inp desk-only",
            custom_attrs={"aria-label": "每页条数"},
        ),
        rx.cond(state.page > 2, way("首页", state.preceding, "first")),
        way("上一页", state.preceding, "previous"),
        rx.cond(known, rx.el.span(state.page, " / ", state.last)),
        way("下一页", state.following, "next"),
        class_name="pager",
        custom_attrs={"aria-label": "翻页"},
    )


def bulk_bar(count: Any, *buttons: rx.Component, on_clear: Any) -> rx.Component:
    """Draw what can be done with all that is selected."""
    return rx.el.div(
        rx.el.span("已选", rx.el.b(count), "件"),
        *buttons,
        rx.el.button("取消选择", type="button", class_name="btn txt", on_click=on_clear),
        class_name="bulk",
        role="status",
    )
