"""Values as they come from a browser: anything may be in them, and of any type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

from domain.kernel import asking, bounds
from domain.kernel.bounds import Bounds
from domain.kernel.labels import Labelled
from domain.kernel.refusals import Invalid, NotFound
from domain.kernel.words import text_fault


@dataclass
class Choice:
    """One choice of a select."""

    value: str = ""
    label: str = ""


@dataclass
class Branch(Choice):
    """One choice of a tree, found by the words above it, too."""

    depth: int = 0
    words: list[str] = field(default_factory=list)


@dataclass
class Offer(Choice):
    """One choice of a type-ahead list that is found by other words than its label, too."""

    words: list[str] = field(default_factory=list)
    usual: dict[str, int] = field(default_factory=dict)
    """Words that come before the others, as compared, with how often the choice was taken for them."""


MOST = 200_000
"""Characters read of one field at most; longer ones are cut after being refused by length elsewhere."""
MAX_SHEET = 2 * 1024 * 1024
"""Bytes of a workbook that comes in; it is told before the upload, too."""
MAX_BORDERS = 8 * 1024 * 1024
"""And of a file of borders."""
W = TypeVar("W", bound=Labelled)
V = TypeVar("V")
P = ParamSpec("P")


class Reading:
    """Read one form whole: what is wrong with any field is told at once, with what the act finds wrong in the others."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = form
        self.faults: dict[str, str] = {}

    def __call__(
        self, reader: Callable[Concatenate[Mapping[str, Any], str, P], V], name: str, *more: P.args, **known: P.kwargs
    ) -> V:
        """Read a field by one of the readers below; what cannot be taken is noted and counts as not given."""
        return self.part(lambda form: reader(form, name, *more, **known))

    def part(self, reader: Callable[[Mapping[str, Any]], V]) -> V:
        """Read what needs more than a name, likewise."""
        try:
            return reader(self.form)
        except Invalid as refusal:
            self.faults |= refusal.fields
            return reader({})

    def take(self, kind: type[V], *, only: Collection[str] | None = None, prefix: str = "", **known: Any) -> V:
        """Read an input as it asks for itself; `prefix` stands before the names of its fields in the form."""
        own = {name.removeprefix(prefix): given for name, given in self.form.items() if name.startswith(prefix)}
        taken = asking.take(kind, own, only=only, **known)
        self.faults |= {f"{prefix}{name}": sentence for name, sentence in taken.faults.items()}
        return taken.value

    def refuse(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; of two sentences the first stands."""
        self.faults.setdefault(name, sentence)

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Do an act that must not count when a field could not be taken: its own faults are told with those.

        The unit of work around takes back what the act did.

        :raises Invalid: one sentence for each field
        """
        try:
            yield
        except Invalid as refusal:
            if not self.faults:
                raise
            raise Invalid.of(refusal.fields | self.faults) from refusal
        except NotFound as refusal:
            if not self.faults:
                raise
            raise Invalid.of(self.faults) from refusal  # what was looked for may be what was not given
        if self.faults:
            raise Invalid.of(self.faults)


def as_text(value: object) -> str:
    """Take an argument of an event for text; anything else is empty."""
    return value[:MOST] if isinstance(value, str) else ""


def as_form(value: object) -> dict[str, Any]:
    """Take an argument of an event for the values of a form; anything else is an empty one."""
    return {str(name): given for name, given in value.items()} if isinstance(value, dict) else {}


def text_in(form: Mapping[str, Any], name: str, *, most: int = MOST) -> str:
    """Read a text; anything that is not one reads as empty."""
    value = form.get(name)
    return value[:most] if isinstance(value, str) else ""


def written_in(form: Mapping[str, Any], name: str, *, label: str, most: int) -> str:
    """Read what somebody wrote, whole.

    :raises Invalid: it is longer than is kept, or holds what cannot be kept
    """
    text = text_in(form, name)
    fault = text_fault(label, text, most=most, least=0)
    if fault:
        raise Invalid.of({name: fault})
    return text


def flag_in(form: Mapping[str, Any], name: str) -> bool:
    """Read a check box."""
    value = form.get(name)
    return value is True or (isinstance(value, str) and value in {"on", "true", "1"})


def word_in(form: Mapping[str, Any], name: str, kind: type[W], default: W) -> W:
    """Read a choice; empty reads as the default.

    :raises Invalid: it is not one of the choices
    """
    text = text_in(form, name)
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        raise Invalid.of({name: "请从列表中选择"}) from None


def number_in(form: Mapping[str, Any], name: str, default: int, *, label: str, within: Bounds = bounds.COUNT) -> int:
    """Read a whole number; empty reads as the default.

    :raises Invalid: it is not a whole number, or out of bounds
    """
    text = text_in(form, name, most=40).strip()
    return bounds.whole(text, label=label, within=within, field=name) if text else default


def day_in(form: Mapping[str, Any], name: str, *, label: str) -> date | None:
    """Read a day of an `input type=date`.

    :raises Invalid: it is not a day, or out of bounds
    """
    text = text_in(form, name, most=40).strip()
    return bounds.day(text, label=label, field=name) if text else None
