"""Fields and dialogs drawn from the inputs that read them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import reflex as rx

from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_area, text_input
from components.kit.show import alert
from domain.kernel.asking import Field, asked
from domain.kernel.labels import Labelled
from state.kit.dialogs import Dialog

_KINDS: dict[Any, dict[str, str]] = {
    int: {"input_mode": "numeric"},
    Decimal: {"input_mode": "decimal"},
    date: {"type": "date"},
    datetime: {"type": "datetime-local"},
}
TYPED_AHEAD = ("category", "area")
"""Names of lists so long that one types in them."""


def dialogs(state: Any) -> rx.Component:
    """Draw every dialog of a `DialogState`; they outlive a line that broke, not a reload or another page."""
    drawn = [_dialog(state, name, one) for name, one in state.DIALOGS.items()]
    return rx.fragment(rx.fragment(on_mount=state.close), *drawn)


def _dialog(state: Any, name: str, one: Dialog) -> rx.Component:
    drawn = _form(state, one) if one.act else _told(state, one)
    return dialog(
        state.asked.name == name, one.title, drawn, on_close=state.close, wide=one.wide, watermark=state.me.watermark
    )


def _form(state: Any, one: Dialog) -> rx.Component:
    asks = state.asked
    back = rx.el.button("取消", type="button", class_name="btn", on_click=state.close)
    go_on = rx.el.button(one.word, type="submit", class_name=f"btn {one.look}")
    ahead = [rx.el.a(one.leads, href=asks.href, class_name="btn"), rx.el.span(class_name="sp")] if one.leads else []
    return rx.el.form(
        rx.cond(asks.about != "", rx.el.p(rx.el.b(asks.about))),
        rx.el.p(one.says, class_name="muted") if one.says else rx.fragment(),
        rx.foreach(asks.says, rx.el.p),
        form_fields(state, one.form),
        rx.foreach(asks.warns, lambda said: alert("orange", rx.el.span(said))),
        rx.cond(state.faults.contains(""), alert("red", rx.el.span(state.faults[""]))),
        rx.el.div(*ahead, back, go_on, class_name="form-foot"),
        on_submit=state.send,
        key=state.round,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _told(state: Any, one: Dialog) -> rx.Component:
    """Draw what a dialog without an act tells: what it is about, and a table, whose rows a phone shows as cards."""

    def line(cells: Any) -> rx.Component:
        shown = [
            rx.el.td(cells[at], class_name="as-line", custom_attrs={"data-label": word})
            for at, word in enumerate(one.heads)
        ]
        return rx.el.tr(*shown)

    head = rx.el.thead(rx.el.tr(*(rx.el.th(word, scope="col") for word in one.heads)))
    return rx.el.div(
        rx.cond(state.asked.about != "", rx.el.p(rx.el.b(state.asked.about))),
        rx.el.div(
            rx.el.table(head, rx.el.tbody(rx.foreach(state.asked.lines, line)), class_name="table told-lines"),
            class_name="table-box",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": one.title},
        ),
        class_name="form",
    )


def form_fields(state: Any, kind: type[Any]) -> rx.Component:
    """Draw a field for each that an input asks for."""
    fields = asked(kind)
    return rx.el.div(*[_field(state, one) for one in fields], class_name="grid-2") if fields else rx.fragment()


def _field(state: Any, one: Field) -> rx.Component:
    ask, typed = one.ask, state.asked.typed[one.name]
    if one.kind is bool:
        return rx.el.div(check(one.name, ask.label, default=typed == "on"), class_name="field wide")
    drawn = field(
        ask.label,
        _control(one, state.choices, typed),
        name=one.name,
        required=one.required,
        hint=ask.hint,
        error=state.faults[one.name],
        wide=ask.wide,
    )
    shown = rx.el.div(rx.el.span(ask.label, class_name="label"), rx.el.code(typed), class_name="field")
    return rx.cond(state.asked.fixed.contains(one.name), shown, drawn)


def _control(one: Field, choices: Any, typed: Any) -> rx.Component:
    ask = one.ask
    if one.chosen:
        return chooser(one, choices, default=typed)
    most: dict[str, Any] = {"most": ask.most} if ask.most else {}
    keyboard = {"input_mode": ask.keyboard} if ask.keyboard else _KINDS.get(one.kind, {})
    if ask.lines > 1:
        return text_area(one.name, rows=ask.lines, placeholder=ask.example, default=typed, **most)
    return text_input(one.name, placeholder=ask.example, default=typed, **most, **keyboard)


def chooser(one: Field, choices: Any, **more: Any) -> rx.Component:
    """Draw the choice of a value from its list, which is the field's own or the page's."""
    ask = one.ask
    if one.of(Labelled):
        return select(one.name, [(word.value, word.label) for word in one.kind], placeholder=ask.empty, **more)
    if ask.choices in TYPED_AHEAD:
        return combo(one.name, choices[ask.choices], placeholder=ask.empty or "输入关键字", **more)
    return select(one.name, choices[ask.choices], placeholder=ask.empty or "请选择", **more)
