"""The further conditions of a list: asked for in one dialog, each shown below the filters until it is removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import reflex as rx

from domain.kernel.asking import Field, Nothing, asked, take
from state.inputs import Choice, as_form, as_text, flag_in
from state.kit.addressed import AddressedState

FROM, TO = "_from", "_to"
"""How the names of the two ends of a stretch of days end."""


class ConditionsState(AddressedState, mixin=True):
    """The handlers of the dialog; a list names its `CONDITIONS` and inherits them before `SignedInState`."""

    if TYPE_CHECKING:
        _acting: Any  # of `SignedInState`
    CONDITIONS: ClassVar[type[Any]] = Nothing
    choices: dict[str, list[Choice]] = {}
    conditions_set: list[Choice] = []
    conditions_open: bool = False
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}

    @rx.event
    async def ask_conditions(self):
        """Open the dialog with what is set."""
        async with self._acting():
            self.typed = {name: value.replace(",", " ") for name, value in self.filters.items()}
            self.faults, self.conditions_open = {}, True

    @rx.event
    async def leave_conditions(self):
        """Close the dialog and leave all as it was."""
        async with self._acting():
            self.conditions_open = False

    @rx.event
    async def put_conditions(self, form: dict):
        """Narrow the list by the dialog; of what cannot be read every fault is told, and all that was typed stays."""
        given = _gathered(self._fields(), as_form(form), self.choices)
        taken = take(self.CONDITIONS, given)
        faults = {**_reversed(self._fields(), taken.value), **taken.faults}
        if faults:
            async with self._acting():
                self.typed = {name: value.replace(",", " ") for name, value in given.items()}
                self.faults = faults
            return
        self._put(given)
        self.conditions_open = False
        await self._again()

    @rx.event
    async def drop_condition(self, name: str):
        """Remove one condition."""
        self._put({as_text(name): ""})
        await self._again()

    def _fields(self) -> tuple[Field, ...]:
        return asked(self.CONDITIONS)

    def _tell_conditions(self) -> None:
        """Say what is set, in words."""
        self.conditions_set = [
            Choice(one.name, f"{one.ask.label}{'' if one.kind is date else '：'}{words}")
            for one in self._fields()
            if (words := _said(one, self.filters.get(one.name, ""), self.choices))
        ]


def _said(one: Field, value: str, offered: Mapping[str, list[Choice]]) -> str:
    if one.kind is bool:
        return "是" if value else ""
    if one.kind is date:
        return f" {value}" if value else ""
    words = {choice.value: choice.label for choice in offered.get(one.ask.choices, ())}
    return "、".join(words.get(each, each) for each in value.split(",")) if one.of(tuple) else value


def _gathered(
    fields: tuple[Field, ...], form: Mapping[str, Any], offered: Mapping[str, list[Choice]]
) -> dict[str, str]:
    """Give each field as a list keeps it: ticked boxes joined by commas, a flag as 1."""

    def of(one: Field) -> str:
        if one.of(tuple):
            ticked = (
                each.value for each in offered.get(one.ask.choices, ()) if flag_in(form, f"{one.name}-{each.value}")
            )
            return ",".join(ticked)
        return ("1" if flag_in(form, one.name) else "") if one.kind is bool else as_text(form.get(one.name)).strip()

    return {one.name: of(one) for one in fields}


def _reversed(fields: tuple[Field, ...], value: Any) -> dict[str, str]:
    """Say of each stretch of days that ends before it begins."""
    labels = {one.name: one.ask.label for one in fields}

    def found() -> Iterator[tuple[str, str]]:
        for name, label in labels.items():
            first = f"{name.removesuffix(TO)}{FROM}"
            if name.endswith(TO) and _ends(value, first, name):
                yield name, f"{label}不能早于{labels[first]}"

    return dict(found())


def _ends(value: Any, first: str, last: str) -> bool:
    since, until = getattr(value, first), getattr(value, last)
    return since is not None and until is not None and until < since
