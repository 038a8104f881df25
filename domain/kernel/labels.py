"""Words with a Chinese label: the base of every enumeration shown to a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Let an enumeration member carry the label that is shown for it.

    A member is also found by its label, so that an outer system may send either.
    """

    label: str

    def __new__(cls, value: str, label: str | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = value if label is None else label
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((member for member in cls if value and member.label == value), None)
