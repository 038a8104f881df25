"""Fields that a card may fill without ever overwriting what was typed."""

from __future__ import annotations

from typing import Any

import reflex as rx

_SCRIPT = rx.asset("read_input.jsx", shared=True)


def _committed(value: rx.Var[str]) -> tuple[rx.Var[str]]:
    return (value,)


class _Read(rx.Component):
    library = _SCRIPT.importable_path

    name: rx.Var[str]
    read_value: rx.Var[str]
    read_seq: rx.Var[int]
    initial: rx.Var[str]
    on_commit: rx.EventHandler[_committed]


class ReadInput(_Read):
    """This class will wrap the text field."""

    tag = "ReadInput"

    placeholder: rx.Var[str]
    auto_focus: rx.Var[bool]


class ReadSelect(_Read):
    """This class will wrap the select."""

    tag = "ReadSelect"

    choices: rx.Var[list[tuple[str, str]]]


def read_input(
    name: str, *, read_value: Any, read_seq: Any, default: str = "", placeholder: str = "", auto_focus: bool = False, on_commit: Any = None
) -> rx.Component:
    """This function will draw a text field; `read_seq` grows with each read, `on_commit` gets the settled value."""
    handlers = {"on_commit": on_commit} if on_commit is not None else {}
    return ReadInput.create(
        name=name, read_value=read_value, read_seq=read_seq, initial=default, placeholder=placeholder,
        auto_focus=auto_focus, **handlers,
    )  # fmt: skip


def read_select(name: str, choices: list[tuple[str, str]], *, read_value: Any, read_seq: Any, default: str = "") -> rx.Component:
    """This function will draw a select that a card may set."""
    return ReadSelect.create(name=name, choices=choices, read_value=read_value, read_seq=read_seq, initial=default)
