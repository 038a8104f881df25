"""Column types shared by all tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, DateTime, String, false, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from domain.kernel.labels import Labelled

E = TypeVar("E", bound=Labelled)

MOMENT = DateTime(timezone=True)


class Word(TypeDecorator[E], Generic[E]):
    """Store a labelled enumeration as its plain text value."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__(40)
        self.kind = kind

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


def one_of(column: Any, ids: Collection[Any]) -> ColumnElement[bool]:
    """Give the condition that a column holds one of some values; of none it is never true.

    One value is compared plainly: such a plan is the better known one.
    """
    if not ids:
        return false()
    return (
        column == next(iter(ids)) if len(ids) == 1 else column.in_([literal(one, column.type) for one in sorted(ids)])
    )
