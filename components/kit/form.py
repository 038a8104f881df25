"""Fields of forms.

Inputs are uncontrolled: what is typed lives in the browser until the form is sent
(`rx.el.form(on_submit=…)` delivers all named values at once), so that no answer of the
server overwrites it. A form is emptied by giving it a new `key`.
"""

from __future__ import annotations

from typing import Any

import reflex as rx


def field(
    label: Any, control: rx.Component, *, name: Any, required: Any = False, hint: str = "", error: Any = None, wide: bool = False
) -> rx.Component:
    """This function will draw a label, its control, a hint and what is wrong with it."""
    mark = rx.cond(required, rx.el.i("*", custom_attrs={"aria-hidden": "true"}), rx.fragment())
    said = rx.cond(error, rx.el.span(error, class_name="error", role="alert"), rx.fragment()) if error is not None else None
    return rx.el.div(
        rx.el.label(rx.el.span(label, mark, class_name="label"), control),
        rx.el.small(hint, class_name="hint") if hint else rx.fragment(),
        said or rx.fragment(),
        class_name=_wrong("field wide" if wide else "field", error),
        custom_attrs={"data-field": name},
    )


def _wrong(base: str, error: Any) -> Any:
    return base if error is None else rx.cond(error, f"{base} wrong", base)


def text_input(name: Any, *, placeholder: str = "", default: Any = "", type: str = "text", on_blur: Any = None, **rest: Any) -> rx.Component:  # noqa: A002 — the attribute's own name
    """This function will draw a one-line input."""
    handlers = {"on_blur": on_blur} if on_blur is not None else {}
    return rx.el.input(
        name=name, type=type, placeholder=placeholder, default_value=default, class_name="inp", **handlers, **rest
    )


def text_area(name: Any, *, rows: int = 4, most: int | None = None, default: Any = "", on_blur: Any = None, **rest: Any) -> rx.Component:
    """This function will draw an input of several lines; `most` is shown as a counter beside it."""
    handlers = {"on_blur": on_blur} if on_blur is not None else {}
    area = rx.el.textarea(
        name=name, rows=rows, default_value=default, class_name="inp area",
        custom_attrs={"data-most": str(most)} if most else {}, **handlers, **rest,
    )  # fmt: skip
    return rx.fragment(area, rx.el.span(f"最多 {most} 字", class_name="count", custom_attrs={"data-count": "1"})) if most else area


def select(
    name: Any, choices: Any, *, value: Any = None, default: Any = None, placeholder: str = "", on_change: Any = None, aria_label: str = ""
) -> rx.Component:
    """This function will draw a native select; `choices` are pairs, or a var of objects with value and label."""
    options = (
        [rx.el.option(label, value=key) for key, label in choices]
        if isinstance(choices, list)
        else [rx.foreach(choices, lambda c: rx.el.option(c.label, value=c.value))]
    )
    first = [rx.el.option(placeholder, value="")] if placeholder else []
    given = {"value": value} if value is not None else {"default_value": default} if default is not None else {}
    handlers = {"on_change": on_change} if on_change is not None else {}
    labels = {"custom_attrs": {"aria-label": aria_label}} if aria_label else {}
    return rx.el.select(*first, *options, name=name, class_name="inp", **given, **handlers, **labels)


def check(name: Any, label: Any, *, default: Any = False) -> rx.Component:
    """This function will draw a check box with its label."""
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, default_checked=default), rx.el.span(label), class_name="check"
    )
