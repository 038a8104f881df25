"""Fields that a card reader and a person may both fill; a read never overwrites what somebody typed."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import no_args_event_spec, passthrough_event_spec

from components.kit.scripts import given, library, pairs


class _Read(rx.Component):
    library = library("read_input")
    name: rx.Var[str]
    read_value: rx.Var[str]
    read_seq: rx.Var[int]
    read_taken: rx.Var[int]
    default_value: rx.Var[str]
    on_take: rx.EventHandler[no_args_event_spec]
    on_keep: rx.EventHandler[no_args_event_spec]


class _ReadInput(_Read):
    tag = "ReadInput"
    type: rx.Var[str]
    placeholder: rx.Var[str]
    input_mode: rx.Var[str]
    auto_focus: rx.Var[bool]
    max_length: rx.Var[int]
    on_commit: rx.EventHandler[passthrough_event_spec(str)]


class _ReadSelect(_Read):
    tag = "ReadSelect"
    choices: rx.Var[list[Any]]
    on_change: rx.EventHandler[passthrough_event_spec(str)]


def read_input(
    name: Any, *, read_value: Any, read_seq: Any, default: Any = "", on_commit: Any = None, **rest: Any
) -> rx.Component:
    """Draw a line of text that a read fills while nobody has typed in it.

    Where the two differ the person decides; keeping what was typed sends `kept.<name>` with the number of the read.

    :param read_seq: grows with each read; 0 before the first, and after one was set aside: what it filled goes
    :param rest: `on_take`, `on_keep` where that decides more than this field; `read_taken` is the read to be taken
    :param on_commit: event that takes the value, after a read and after a changed value was left
    """
    return _ReadInput.create(
        name=name,
        id=name,
        read_value=read_value,
        read_seq=read_seq,
        default_value=default,
        **given(on_commit=on_commit),
        **rest,
    )


def read_select(
    name: Any, choices: Any, *, read_value: Any, read_seq: Any, default: Any = "", on_commit: Any = None, **rest: Any
) -> rx.Component:
    """Draw a native list that a read sets while nobody has chosen in it.

    :param choices: pairs of value and label, or a list var of objects with .value and .label
    :param on_commit: event that takes the value, after a read and after a choice
    """
    return _ReadSelect.create(
        name=name,
        id=name,
        choices=pairs(choices),
        read_value=read_value,
        read_seq=read_seq,
        default_value=default,
        **given(on_change=on_commit),
        **rest,
    )
