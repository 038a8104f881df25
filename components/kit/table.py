"""The table: sorted, filtered and paged by the server; cards on phones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx


@dataclass(frozen=True)
class Column:
    """This class will declare a column; `phone` says where it goes on a card ("title", "off" or plain)."""

    key: str
    label: str
    render: Callable[[Any], rx.Component]
    sort: bool = False
    width: str = ""
    phone: str = ""


def table(
    rows: Any,
    columns: list[Column],
    *,
    row_key: Callable[[Any], Any],
    row_tone: Callable[[Any], Any],
    sort: Any,
    on_sort: Callable[[str], Any],
    loading: Any,
    empty: rx.Component,
    selected: Any = None,
    on_select: Callable[[Any], Any] | None = None,
    on_select_all: Any = None,
) -> rx.Component:
    """This function will draw rows with a tint and bar by tone; J, K, X and Enter move, mark and open."""
    marking = selected is not None and on_select is not None
    heads = [_head(column, sort, on_sort) for column in columns]
    if marking:
        box = rx.el.input(
            type="checkbox", on_change=lambda _: on_select_all, checked=(selected.length() > 0) & (selected.length() == rows.length()),
            custom_attrs={"aria-label": "全选本页"},
        )  # fmt: skip
        heads.insert(0, rx.el.th(box, style={"width": "34px"}))

    def row(item: Any) -> rx.Component:
        cells = [rx.el.td(c.render(item), custom_attrs={"data-phone": c.phone}) for c in columns]
        if marking and on_select is not None:
            cells.insert(0, rx.el.td(_box(item, row_key, selected, on_select), class_name="pick"))
        chosen = rx.cond(selected.contains(row_key(item)), " sel", "") if marking else ""
        return rx.el.tr(
            *cells, class_name=row_tone(item) + chosen, tab_index=0, key=row_key(item), custom_attrs={"data-row": row_key(item)}
        )

    body = rx.cond(
        loading, _skeleton(len(heads)), rx.cond(rows.length() > 0, rx.foreach(rows, row), rx.el.tr(rx.el.td(empty, col_span=len(heads))))
    )
    return rx.el.div(
        rx.el.table(rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(body), class_name="tbl"), class_name="tblw", tab_index=-1
    )


def _box(item: Any, row_key: Callable[[Any], Any], selected: Any, on_select: Callable[[Any], Any]) -> rx.Component:
    return rx.el.input(
        type="checkbox",
        checked=selected.contains(row_key(item)),
        on_change=lambda _: on_select(row_key(item)),
        custom_attrs={"aria-label": "选中这一行"},
    )


def _head(column: Column, sort: Any, on_sort: Callable[[str], Any]) -> rx.Component:
    style = {"width": column.width} if column.width else {}
    if not column.sort:
        return rx.el.th(column.label, style=style, scope="col")
    up, down = sort == column.key, sort == f"-{column.key}"
    return rx.el.th(
        rx.el.button(column.label, rx.cond(up, "▴", rx.cond(down, "▾", "")), type="button", on_click=on_sort(column.key)),
        style=style,
        scope="col",
        custom_attrs={"aria-sort": rx.cond(up, "ascending", rx.cond(down, "descending", "none"))},
    )


def _skeleton(width: int) -> rx.Component:
    bars = [rx.el.tr(rx.el.td(rx.el.div(class_name="skel"), col_span=width)) for _ in range(8)]
    return rx.fragment(*bars)


def bulk_bar(count: Any, *buttons: rx.Component, on_clear: Any) -> rx.Component:
    """This function will draw what can be done with the marked rows."""
    return rx.el.div(
        rx.el.span("已选 ", rx.el.b(count), " 件"),
        *buttons,
        rx.el.button("取消选择", type="button", class_name="btn txt", on_click=on_clear),
        class_name="bulk",
    )


def pager(total: Any, page: Any, last: Any, *, on_page: Callable[[Any], Any], size: Any, sizes: list[int], on_size: Any) -> rx.Component:
    """This function will draw how many there are and where one is."""
    return rx.el.div(
        rx.el.span("共 ", rx.el.b(total, id="list-total"), " 条"),
        rx.el.span(class_name="sp"),
        rx.el.select(
            *[rx.el.option(f"每页 {n} 条", value=str(n)) for n in sizes], value=size.to_string(), on_change=on_size, class_name="inp",
            custom_attrs={"aria-label": "每页条数"},
        ),
        rx.el.button("上一页", type="button", class_name="btn", disabled=page <= 1, on_click=on_page(page - 1)),
        rx.el.span(page, " / ", last),
        rx.el.button("下一页", type="button", class_name="btn", disabled=page >= last, on_click=on_page(page + 1)),
        class_name="pager",
    )  # fmt: skip
