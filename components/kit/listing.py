"""A list drawn from its `Listing`: counters, filters, table, pager, buttons of a row, export."""

from __future__ import annotations

from datetime import date
from typing import Any

import reflex as rx

from components.kit.addressed import address, conditions, search_box
from components.kit.asking import chooser
from components.kit.download import download_button
from components.kit.fold import filters
from components.kit.here import elsewhere
from components.kit.picks import picks
from components.kit.show import card, empty, kpi_tiles, tag
from components.kit.table import Column, pager, table
from domain.kernel.asking import Field, asked
from state.kit.listing import Act, Col, Listing, Mark, Row


def listing(state: Any, title: str = "") -> rx.Component:
    """Draw the whole list of a `ListState`; with a title, its export stands beside that."""
    spec: Listing[Any] = state.LISTING
    tiles = kpi_tiles(state.tiles, state.view, state.choose_view, unit=spec.unit, loading=waiting(state))
    said = rx.el.p(spec.says, class_name="muted") if spec.says else rx.fragment()
    actions = export_button(state, "btn txt small") if title else None
    return rx.fragment(
        address(state),
        tiles if spec.count else rx.fragment(),
        card(title, said, narrowing(state), rows(state), _foot(state), actions=actions, flush=True),
    )


def narrowing(state: Any) -> rx.Component:
    """Draw one control for each field that narrows the list."""
    spec: Listing[Any] = state.LISTING
    fields = [one for one in asked(spec.wanted) if not one.ask.linked]
    if not fields:
        return rx.fragment()
    search = next((one for one in fields if one.ask.search), None)
    box = search_box(state, label=search.ask.label, example=search.ask.example, name=search.name) if search else None
    clear = rx.cond(state.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=state.widen))
    keys = rx.el.span(rx.el.kbd("J"), rx.el.kbd("K"), " 移动 ", rx.el.kbd("Enter"), " 打开", class_name="keys muted")
    return filters(
        box or rx.fragment(),
        *[_narrow(state, one) for one in fields if one is not search],
        clear,
        count=conditions(state, search.name if search else ""),
        keys=keys if spec.href else None,
    )


def _narrow(state: Any, one: Field) -> rx.Component:
    value = rx.cond(state.filters.contains(one.name), state.filters[one.name], "")
    if one.kind is bool:
        on = value == "1"
        return rx.el.button(
            one.ask.label,
            type="button",
            class_name=rx.cond(on, "btn on", "btn"),
            on_click=state.narrow(one.name, rx.cond(on, "", "1")),
            custom_attrs={"aria-pressed": rx.cond(on, "true", "false")},
        )
    if one.of(tuple):
        return picks(state, one.name, one.ask.label, state.choices[one.ask.choices])
    if one.kind is date:
        day = rx.el.input(
            type="date",
            default_value=value,
            key=state.cleared,
            on_change=lambda chosen: state.narrow(one.name, chosen),
            class_name="inp",
            id=f"narrow-{one.name}",
        )
        return rx.el.label(rx.el.span(one.ask.label, class_name="muted"), day, class_name="row")
    return chooser(
        one,
        state.choices,
        value=value,
        on_change=lambda chosen: state.narrow(one.name, chosen),
        aria_label=one.ask.label,
        id=f"narrow-{one.name}",  # a form reads its fields by their ids
    )


def rows(state: Any) -> rx.Component:
    """Draw the rows of a list, which become cards on a phone."""
    spec: Listing[Any] = state.LISTING
    clear = rx.el.button("清除筛选", class_name="btn", on_click=state.widen)
    nothing = rx.cond(state.filtered, empty(spec.none_left, "换个条件试试", clear), empty(*spec.none_yet))
    return drawn(
        state, spec, state.rows, sort=state.sort, on_sort=state.order_by, empty=nothing, loading=waiting(state)
    )


def drawn(state: Any, spec: Listing[Any], found: Any, **more: Any) -> rx.Component:
    """Draw rows by their `Listing`; `more` goes to the kit's table."""
    shown = [
        Column(
            one.key, one.label, lambda row, at=at, one=one: _cell(state, row, at, one), one.sort, one.width, one.phone
        )
        for at, one in enumerate(spec.columns)
    ]
    if spec.acts:
        shown.append(Column("acts", "操作", lambda row: _acts(state, row, said=bool(spec.said))))
    return table(
        found,
        shown,
        row_key=lambda row: row.key,
        row_href=(lambda row: row.href) if spec.href else None,
        row_tone=(lambda row: row.tone) if spec.tone else None,
        **{"loading": state.loading, **more},
    )


def _cell(state: Any, row: Row, at: int, col: Col[Any]) -> rx.Component:
    """Draw one cell: tags, or words that may lead somewhere and have small words behind."""
    if col.marked:
        return rx.el.span(rx.foreach(row.marks[col.key], mark), class_name="marks")
    words: Any = row.cells[at]
    drawn: rx.Component
    if col.opens:
        about = {"aria-label": f"查看{row.name}"}
        there = getattr(state, col.opens)(row.key)
        drawn = rx.el.button(words, type="button", class_name="opens", on_click=there, custom_attrs=about)
    elif col.look == "code":
        drawn = rx.el.code(words)
    elif col.link:
        about = {"aria-label": f"{row.name} 的{col.label}"} if col.phone != "head" else {}
        there = rx.el.a(words, href=row.links[col.key], title=words, class_name="ell mid", custom_attrs=about)
        drawn = rx.cond(row.links[col.key] != "", there, rx.el.span(words))
    elif col.look == "bold":
        drawn = rx.el.b(words)
    else:
        look = "note" if col.look == "wide" else "ell" if col.tree else "ell mid"
        drawn = rx.el.span(words, title=words, class_name=look)
    if not (col.note or col.tree):
        return drawn
    note = row.notes[col.key] if col.note else ""
    small = rx.cond(note != "", rx.el.small(note, class_name="muted")) if col.note else rx.fragment()
    return rx.el.span(drawn, small, class_name=f"tree d{row.depth}" if col.tree else "")


def mark(one: Mark) -> rx.Component:
    """Draw one word on the ground of its tone, which may lead somewhere."""
    there = rx.el.a(one.text, href=one.href, title=one.title, class_name=f"tag {one.tone}")
    return rx.cond(one.href != "", there, tag(one.text, one.tone, title=one.title))


def _acts(state: Any, row: Row, *, said: bool) -> rx.Component:
    def one(act: Act) -> rx.Component:
        about = {"aria-label": f"{act.word} {row.name}"}
        look = f"btn {act.look} small"
        button = rx.el.button(
            act.word, type="button", class_name=look, on_click=state.ask(act.dialog, row.key), custom_attrs=about
        )
        there = rx.el.a(act.word, href=act.href, class_name=look, custom_attrs=about)
        file = download_button(act.word, endpoint=act.file, body={}, look=look, about=about["aria-label"])
        return rx.cond(act.file != "", file, rx.cond(act.href != "", there, button))

    words = rx.cond(row.said != "", rx.el.span(row.said, class_name="muted")) if said else rx.fragment()
    return rx.el.span(rx.foreach(row.acts, one), words, class_name="row-acts")


def waiting(state: Any) -> Any:
    """Tell whether the rows of a `ListState` are still to come: what it holds may be another address's."""
    return state.loading | elsewhere(state)


def _foot(state: Any) -> rx.Component:
    if not state.LISTING.whole:
        return pager(state, loading=waiting(state))
    unit = state.LISTING.unit
    cut = rx.cond(state.cut, rx.el.span(f"只显示前 {state.LISTING.shown} {unit}，请缩小范围", class_name="muted"))
    counted = rx.el.div(rx.el.span("共", rx.el.b(state.total), unit), cut, class_name="pager")
    return rx.cond(state.known & ~waiting(state), counted)


def export_button(state: Any, look: str = "btn") -> rx.Component:
    body = {"filters": state.filters, "view": state.view, "sort": state.sort}
    return rx.cond(state.may_export, exporting(state.LISTING, body, look))


def exporting(spec: Listing[Any], body: Any, look: str = "btn") -> rx.Component:
    """Draw the export of a list, with the conditions that its interface takes."""
    return download_button("导出", endpoint=f"/api/v1/lists/{spec.name}/export", body=body, look=look)
