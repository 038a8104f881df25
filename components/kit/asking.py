"""Fields and dialogs drawn from the inputs that read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import reflex as rx

from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_area, text_input
from components.kit.scripts import given
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
    if one.foresee:
        drawn = _first(state, drawn)
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
        form_fields(state, one.form, one.tells, one.below),
        rx.fragment() if one.below else _found(asks.found),
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


def _first(state: Any, form: rx.Component) -> rx.Component:
    """Draw the form, or what was foreseen of it."""
    seen = state.foreseen
    shown = foreseen(seen.sentence, seen.examples, seen.among, seen.then, back=state.revise, act=state.confirm)
    return rx.cond(seen.sentence != "", shown, form)


def foreseen(sentence: Any, examples: Any, among: Any, then: Any, *, back: Any, act: Any) -> rx.Component:
    """Draw what an act would do: the sum, some examples, and the way back or on."""
    listed = rx.fragment(
        rx.el.p(among, class_name="muted"), rx.el.ul(rx.foreach(examples, rx.el.li), class_name="examples")
    )
    return rx.el.div(
        alert("blue", rx.el.span(sentence)),
        rx.cond(examples.length() > 0, listed),
        rx.el.p(then, class_name="muted"),
        rx.el.div(
            rx.el.button("返回修改", type="button", class_name="btn", on_click=back),
            rx.el.button("确认执行", type="button", class_name="btn pri", on_click=act),
            class_name="form-foot",
        ),
        class_name="form",
        role="status",
    )


def _found(said: Any) -> rx.Component:
    return rx.cond(said.length() > 0, rx.el.div(rx.foreach(said, rx.el.span), class_name="found wide", role="status"))


def form_fields(state: Any, kind: type[Any], tells: Mapping[str, str] | None = None, below: str = "") -> rx.Component:
    """Draw a field for each that an input asks for.

    :param tells: the handlers of the state that hear of a field when it changes
    :param below: the field below which what was found stands
    """
    fields, told = asked(kind), {name: getattr(state, handler) for name, handler in (tells or {}).items()}
    drawn: list[rx.Component] = []
    for one in fields:
        drawn += [_field(state, one, told.get(one.name)), *([_found(state.asked.found)] if one.name == below else [])]
    return rx.el.div(*drawn, class_name="grid-2") if fields else rx.fragment()


def _field(state: Any, one: Field, hears: Any) -> rx.Component:
    typed = state.asked.typed[one.name]
    if one.kind is bool:
        return rx.el.div(entry(state, one, typed), _fault(state, one), class_name="field wide")
    drawn = boxes(state, one, typed) if one.of(tuple) else entry(state, one, typed, hears)
    shown = rx.el.div(rx.el.span(one.ask.label, class_name="label"), rx.el.code(typed), class_name="field")
    drawn = rx.cond(state.asked.fixed.contains(one.name), shown, drawn)
    return rx.cond(state.asked.without.contains(one.name), rx.fragment(), drawn)


def boxes(state: Any, one: Field, typed: Any) -> rx.Component:
    """Draw a box for each choice, under one heading."""

    def box(choice: Any) -> rx.Component:
        on = rx.cond(typed, typed.split(" ").contains(choice.value), False)
        return check(f"{one.name}-{choice.value}", choice.label, default=on)

    hint = rx.el.small(" ", one.ask.hint, class_name="muted") if one.ask.hint else rx.fragment()
    return rx.el.fieldset(
        rx.el.legend(one.ask.label, hint),
        rx.el.div(rx.foreach(state.choices[one.ask.choices], box), class_name="checks boxes"),
        _fault(state, one),
        class_name="group wide",
    )


def _fault(state: Any, one: Field) -> rx.Component:
    return rx.cond(state.faults[one.name], rx.el.span(state.faults[one.name], class_name="fault", role="alert"))


def entry(state: Any, one: Field, typed: Any, hears: Any = None) -> rx.Component:
    """Draw a field that begins with what was typed, and what is wrong with it."""
    # a short list begins anew where what it begins with changes
    begins = {"key": typed} if one.chosen and one.ask.choices not in TYPED_AHEAD else {}
    told = hears if hears is None or one.chosen else hears.debounce(400)
    return ask_for(one, typed=typed, fault=state.faults[one.name], choices=state.choices, hears=told, **begins)


def ask_for(
    one: Field,
    *,
    typed: Any,
    fault: Any,
    choices: Any = None,
    hears: Any = None,
    keeps: Any = None,
    name: Any = None,
    required: Any = None,
    hint: str = "",
    wide: bool = False,
    **more: Any,
) -> rx.Component:
    """Draw one field of an input.

    :param hears: what hears of every change
    :param keeps: what hears of a text when the field is left or at a pause, of a choice at once
    :param name: its name in the form, where that is not its own
    """
    ask, name = one.ask, one.name if name is None else name
    if one.kind is bool:
        told = {"on_change": lambda on: keeps(rx.cond(on, "on", ""))} if keeps else {}
        return check(name, ask.label, default=typed == "on", **told, **more)
    if one.chosen:
        told = {"on_change": hears or keeps} if hears or keeps else {}
        control = chooser(one, choices, name=name, default=typed, **told, **more)
    else:
        control = _written(one, name, typed, given(on_change=hears, on_blur=keeps) | more)
    unit = f"（{ask.within.unit}）" if one.kind is Decimal and ask.within.unit else ""
    return field(
        f"{ask.label}{unit}",
        control,
        name=name,
        required=one.required if required is None else required,
        hint=hint or ask.hint,
        error=fault,
        wide=wide or ask.wide,
    )


def _written(one: Field, name: Any, typed: Any, more: dict[str, Any]) -> rx.Component:
    ask = one.ask
    if ask.most:
        more.setdefault("most", ask.most)
    if ask.search:
        more.setdefault("custom_attrs", {"data-search": "1"})
    more.setdefault("placeholder", ask.example)
    if ask.lines > 1:
        return text_area(name, default=typed, **{"rows": ask.lines, **more})
    keyboard = {"input_mode": ask.keyboard} if ask.keyboard else _KINDS.get(one.kind, {})
    return text_input(name, default=typed, **keyboard, **more)


def chooser(one: Field, choices: Any, *, name: Any = None, **more: Any) -> rx.Component:
    """Draw the choice of a value from its list, which is the field's own or the page's."""
    ask, name = one.ask, one.name if name is None else name
    if one.of(Labelled):
        return select(name, [(word.value, word.label) for word in one.kind], **{"placeholder": ask.empty, **more})
    if ask.choices in TYPED_AHEAD:
        if heard := more.pop("on_change", None):
            more["on_pick"] = heard
        return combo(name, choices[ask.choices], placeholder=ask.empty or "输入关键字", **more)
    return select(name, choices[ask.choices], **{"placeholder": ask.empty or "请选择", **more})
