"""Fields that a card reader and a person may both fill; a read never overwrites what somebody typed."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

LIBRARY = rx.asset("read_input.jsx", shared=True).importable_path


class _Read(rx.Component):
    library = LIBRARY
    name: rx.Var[str]
    read_value: rx.Var[str]
    read_seq: rx.Var[int]
    default_value: rx.Var[str]
    on_commit: rx.EventHandler[passthrough_event_spec(str)]


class _ReadInput(_Read):
    tag = "ReadInput"
    type: rx.Var[str]
    placeholder: rx.Var[str]
    input_mode: rx.Var[str]
    auto_focus: rx.Var[bool]
    max_length: rx.Var[int]


class _ReadSelect(_Read):
    tag = "ReadSelect"
    choices: rx.Var[list[Any]]


def read_input(
    name: Any, *, read_value: Any, read_seq: Any, default: Any = "", on_commit: Any = None, **rest: Any
) -> rx.Component:
    """This function will draw one line of text that a read fills while nobody has typed in it.

    :param read_seq: grows with each read; 0 before the first
    :param on_commit: event that takes the value after a read and after a changed value is left
    """
    return _ReadInput.create(**_common(name, read_value, read_seq, default, on_commit, "inp"), **rest)


def read_select(
    name: Any, choices: Any, *, read_value: Any, read_seq: Any, default: Any = "", on_commit: Any = None, **rest: Any
) -> rx.Component:
    """This function will draw a native list that a read fills while nobody has chosen in it.

    :param choices: pairs of value and label, or a list var of objects with .value and .label
    """
    listed = choices if isinstance(choices, rx.Var) else [{"value": value, "label": label} for value, label in choices]
    common = _common(name, read_value, read_seq, default, on_commit, "inp sel")
    return _ReadSelect.create(choices=listed, **common, **rest)


def _common(name: Any, read_value: Any, read_seq: Any, default: Any, on_commit: Any, look: str) -> dict[str, Any]:
    props = {
        "name": name,
        "id": name,
        "read_value": read_value,
        "read_seq": read_seq,
        "default_value": default,
        "class_name": look,
    }
    return props if on_commit is None else {**props, "on_commit": on_commit}
