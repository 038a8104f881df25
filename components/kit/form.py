"""Fields of forms.

Inputs keep their own text: what is typed lives in the browser until the form is sent, and
`rx.el.form(on_submit=...)` delivers all named values at once. No answer of the server overwrites it.
A form is emptied by its own button (`type="reset"`), or begun anew by giving it a new `key`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec
from reflex_components_core.el.elements.typography import Div

from components.kit.scripts import given, library

Choices = Sequence[tuple[str, str]] | rx.Var[Any]
Name = str | rx.Var[str]


class _Written(rx.Component):
    library = library("inputs")
    name: rx.Var[str]
    most: rx.Var[int]
    placeholder: rx.Var[str]
    default_value: rx.Var[str]
    fill: rx.Var[str]
    on_blur: rx.EventHandler[passthrough_event_spec(str)]


class _TextArea(_Written):
    tag = "TextArea"
    rows: rx.Var[int]


class _TextInput(_Written):
    tag = "TextInput"
    type: rx.Var[str]
    input_mode: rx.Var[str]
    auto_focus: rx.Var[bool]
    auto_complete: rx.Var[str]


def field(
    label: Any,
    control: rx.Component,
    *,
    name: Name,
    required: bool | rx.Var[bool] = False,
    hint: str = "",
    error: Any = None,
    wide: bool = False,
) -> rx.Component:
    """Draw a label, its control, a hint and what is wrong with it.

    :param name: the control's name, which is also its id
    :param error: a sentence, empty when nothing is wrong
    """
    wrong = rx.Var.create("" if error is None else error)
    _describe(control, name, wrong, required=required, hint=hint)
    return rx.el.div(
        rx.el.label(
            label,
            rx.cond(required, rx.el.span("*", class_name="required", custom_attrs={"aria-hidden": "true"})),
            html_for=name,
            id=f"{name}-label",
        ),
        control,
        rx.el.small(hint, id=f"{name}-hint", class_name="hint") if hint else rx.fragment(),
        rx.cond(wrong, rx.el.span(wrong, id=f"{name}-fault", class_name="fault", role="alert")),
        class_name="field wide" if wide else "field",
        custom_attrs={"data-field": name},
    )


def _describe(control: rx.Component, name: Name, wrong: rx.Var[Any], *, required: Any, hint: str) -> None:
    """Tie label, hint and fault to the control for those who listen."""
    hinted = f"{name}-hint" if hint else rx.Var("undefined")
    described: dict[str, Any] = {
        "aria-labelledby": f"{name}-label",
        "aria-describedby": rx.cond(wrong, f"{name}-fault", hinted),
    }
    if isinstance(control, Div):
        described["role"] = "group"
    else:
        described["aria-invalid"] = rx.cond(wrong, "true", "false")
        described["aria-required"] = rx.cond(required, "true", "false")
    control.custom_attrs = {**described, **control.custom_attrs}


def text_input(
    name: Name,
    *,
    placeholder: str = "",
    default: Any = "",
    type: str = "text",  # noqa: A002 — the attribute's own name
    fill: Any = None,
    most: int | None = None,
    on_blur: Any = None,
    **rest: Any,
) -> rx.Component:
    """Draw a line of text; the server hears of it when the form is sent.

    :param fill: what the server knows while the form is open; it goes where nothing stands, or an earlier `fill`
    :param most: characters, for a counter; more may be typed and is marked, the server decides
    :param on_blur: event that hears of it when the field is left, at every pause, and before the page goes
    """
    if not (fill is None and most is None and on_blur is None):
        return _TextInput.create(
            type=type,
            placeholder=placeholder,
            default_value=default,
            **given(fill=fill, most=most, on_blur=on_blur),
            **_props(name, rest, "inp"),
        )
    return rx.el.input(
        type=type,
        placeholder=placeholder,
        default_value=default,
        **given(on_blur=on_blur),
        **_props(name, rest, "inp"),
    )


def text_area(
    name: Name,
    *,
    rows: int = 4,
    fill: Any = None,
    most: int | None = None,
    default: Any = "",
    placeholder: str = "",
    on_blur: Any = None,
    **rest: Any,
) -> rx.Component:
    """Draw lines of text, with a counter that costs no round trip; `fill`, `most`, `on_blur` as in `text_input`."""
    return _TextArea.create(
        name=name,
        id=name,
        rows=rows,
        placeholder=placeholder,
        default_value=default,
        **given(fill=fill, most=most, on_blur=on_blur),
        **rest,
    )


def select(
    name: Name,
    choices: Choices,
    *,
    value: Any = None,
    default: Any = None,
    placeholder: str = "",
    on_change: Any = None,
    **rest: Any,
) -> rx.Component:
    """Draw a native list of choices.

    :param choices: pairs of value and label, or a list var of objects with .value and .label
    :param value: makes the server hold the choice; without it the browser does, beginning at `default`
    :param placeholder: the word of the empty choice
    """
    first = [rx.el.option(placeholder, value="")] if placeholder else []
    return rx.el.select(
        *first,
        options_of(choices),
        **given(value=value, default_value=default, on_change=on_change),
        **_props(name, rest, "inp"),
    )


def options_of(choices: Choices) -> rx.Component:
    if isinstance(choices, rx.Var):
        return rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value))
    return rx.fragment(*[rx.el.option(label, value=value) for value, label in choices])


def check(name: Name, label: Any, *, default: Any = False, on_change: Any = None, **rest: Any) -> rx.Component:
    """Draw a box to tick with its label behind it."""
    box = rx.el.input(type="checkbox", default_checked=default, **given(on_change=on_change), **_props(name, rest, ""))
    return rx.el.label(box, rx.el.span(label), class_name="check")


def _props(name: Name, rest: dict[str, Any], look: str) -> dict[str, Any]:
    """Give name, id and looks; words that begin with `aria_` become attributes."""
    spoken = {key.replace("_", "-"): value for key, value in rest.items() if key.startswith("aria_")}
    others = {key: value for key, value in rest.items() if not key.startswith("aria_")}
    look = f"{look} {others.pop('class_name', '')}".strip()
    attributes = {**spoken, **others.pop("custom_attrs", {})}
    return {"name": name, "id": name, "class_name": look, "custom_attrs": attributes, **others}
