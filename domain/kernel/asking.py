"""What is asked of a person, declared once: screen, interface, sheet and command line read the same class.

An input is a frozen dataclass, or a body of the interface, whose fields say how they are asked for:
`name: Annotated[str, Ask("姓名")]`. What stands in no form (a password that is drawn, a moment that is now) has no
`Ask` and is given by whoever acts.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from domain.kernel import bounds
from domain.kernel.bounds import Bounds
from domain.kernel.labels import Labelled
from domain.kernel.refusals import Invalid
from domain.kernel.words import text_fault

T = TypeVar("T")
LONGEST = 200_000
"""Characters read of one field at most, where it names no bound of its own."""
LISTED = "请从列表中选择"


@dataclass(frozen=True, slots=True)
class Ask:
    """How one field is asked for.

    :ivar hint: a sentence below the field
    :ivar example: what stands in the empty field
    :ivar choices: the name of a list that the page supplies
    :ivar empty: the word of the empty choice
    :ivar most: characters at most; 0 leaves the length to the act
    :ivar within: bounds of a number
    :ivar keyboard: what keys a phone offers, where the type does not say it: tel or numeric
    :ivar search: it searches a list while somebody types
    :ivar linked: it narrows a list by links that name it, and has no control of its own
    :ivar personal: it may hold personal data, and stands in no address
    """

    label: str
    hint: str = ""
    example: str = ""
    choices: str = ""
    empty: str = ""
    most: int = 0
    within: Bounds = bounds.COUNT
    lines: int = 1
    wide: bool = False
    keyboard: str = ""
    search: bool = False
    linked: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """An input that asks for nothing: a list that nothing narrows, a dialog that only asks once."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an input: its name, the type of its value, and how it is asked for."""

    name: str
    kind: Any
    ask: Ask
    required: bool
    default: Any

    @property
    def chosen(self) -> bool:
        """Tell whether it is chosen from a list."""
        return bool(self.ask.choices) or self.of(Labelled)

    def of(self, kind: type) -> bool:
        return isinstance(self.kind, type) and issubclass(self.kind, kind)


@cache
def asked(kind: type) -> tuple[Field, ...]:
    """Give the fields that an input asks for, in its order."""
    hints = get_type_hints(kind, include_extras=True)
    found: list[Field] = []
    for name, default in _defaults(kind).items():
        hint = hints[name]
        ask = next((word for word in get_args(hint)[1:] if isinstance(word, Ask)), None)
        if ask is not None and get_origin(hint) is Annotated:
            required = default is MISSING
            found.append(Field(name, _plain(hint), ask, required, None if required else default))
    return tuple(found)


def _defaults(kind: type) -> dict[str, Any]:
    """Give what each field of an input is when nothing is given; `MISSING` where something must be."""
    if issubclass(kind, BaseModel):
        every = kind.model_fields.items()
        return {
            name: MISSING if one.is_required() else one.get_default(call_default_factory=True) for name, one in every
        }
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default for one in fields(kind)
    }


def _plain(kind: Any) -> Any:
    """Give the type of a value without what is said of it, and that it may be left out; of a generic one its origin."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if isinstance(kind, types.UnionType) or get_origin(kind) is Union:
        return _plain(next(one for one in get_args(kind) if one is not types.NoneType))
    return get_origin(kind) or kind


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """What was read of a form.

    A field that could not be taken has its sentence, and is at its default or at some value of its kind: an act may
    judge the others by it.
    """

    value: T
    faults: Mapping[str, str]


def take(kind: type[T], given: Mapping[str, Any], *, only: Collection[str] | None = None, **known: Any) -> Taken[T]:
    """Read a form field by field; every field that cannot be taken is told, not the first alone.

    :param only: the fields that were asked for, where not all of them were
    :param known: what the form does not ask for
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in asked(kind):
        if only is not None and field.name not in only:
            continue
        values[field.name], fault = _read(field, given.get(field.name))
        if fault:
            faults[field.name] = fault
    return Taken(kind(**values | known), faults)


def read(kind: type[T], given: Mapping[str, Any], **known: Any) -> T:
    """Read a form that must be right as a whole.

    :raises Invalid: one sentence for each field that cannot be taken
    """
    taken = take(kind, given, **known)
    if taken.faults:
        raise Invalid.of(dict(taken.faults))
    return taken.value


def _read(field: Field, raw: Any) -> tuple[Any, str]:
    nothing = raw is None or raw == "" or (isinstance(raw, str) and not raw.strip())
    blank = _blank(field)
    if nothing and raw is not None and field.kind is str and field.default is None and not field.required:
        return "", ""  # what was emptied is empty; what was not asked stays as it is
    if nothing and field.kind is not bool:
        said = "选择" if field.chosen else "填写"
        return blank, f"请{said}{field.ask.label}" if field.required else ""
    try:
        return _reader(field)(field, raw), ""
    except Invalid as refusal:
        return blank, refusal.fields.get(field.name, refusal.message)


def _blank(field: Field) -> Any:
    if not field.required:
        return field.default
    if field.of(tuple):
        return ()
    if field.kind in {int, Decimal}:
        return field.kind(field.ask.within.least)
    return "" if field.kind is str else next(iter(field.kind)) if field.of(Labelled) else None


def _reader(field: Field) -> Callable[[Field, Any], Any]:
    if field.of(Labelled):
        return _word
    return _READERS.get(field.kind, _text)


def _line(field: Field, raw: Any) -> str:
    if not isinstance(raw, str | int | float) or isinstance(raw, bool):
        raise Invalid.of({field.name: f"{field.ask.label}应为文字"})
    return str(raw).strip()


def _text(field: Field, raw: Any) -> str:
    text = _line(field, raw)[: LONGEST + 1]
    if fault := text_fault(field.ask.label, text, most=field.ask.most or LONGEST, least=0):
        raise Invalid.of({field.name: fault})
    return text


def _word(field: Field, raw: Any) -> Labelled:
    try:
        return field.kind(raw)
    except ValueError:
        raise Invalid.of({field.name: LISTED}) from None


def _flag(_field: Field, raw: Any) -> bool:
    return raw is True or (isinstance(raw, str) and raw in {"on", "true", "1"})


def _whole(field: Field, raw: Any) -> int:
    return bounds.whole(_line(field, raw), label=field.ask.label, within=field.ask.within, field=field.name)


def _money(field: Field, raw: Any) -> Decimal:
    return bounds.money(_line(field, raw), label=field.ask.label, within=field.ask.within, field=field.name)


def _day(field: Field, raw: Any) -> date:
    return bounds.day(_line(field, raw), label=field.ask.label, field=field.name)


def _moment(field: Field, raw: Any) -> datetime:
    return bounds.local_moment(_line(field, raw), label=field.ask.label, field=field.name)


def _id(field: Field, raw: Any) -> UUID:
    try:
        return UUID(_line(field, raw))
    except ValueError:
        raise Invalid.of({field.name: LISTED}) from None


def _words(field: Field, raw: Any) -> tuple[str, ...]:
    # an address and a sheet hold several words joined by commas
    given = raw if isinstance(raw, list | tuple) else str(raw).split(",")
    return tuple(_text(field, one) for one in given)


_READERS: Mapping[Any, Callable[[Field, Any], Any]] = {
    bool: _flag,
    int: _whole,
    Decimal: _money,
    date: _day,
    datetime: _moment,
    UUID: _id,
    tuple: _words,
}
