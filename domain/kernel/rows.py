"""What every row is: a declared table whose instances are made without validation, by one assignment.

SQLModel makes an instance of a table by walking its fields, setting each through the mapper and through Pydantic, and
copying the whole twice: 0.5 ms for a case, a tenth of what an act cost. It validates nothing on the way. A row takes
what it is given and its defaults as they are; what it is asked for later goes to the mapper alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from sqlmodel import SQLModel


class Row(SQLModel):
    """The base of every table."""

    def __init__(self, **given: Any) -> None:
        """Take the values of columns; the others get their default, one without a default stays unset.

        :raises TypeError: no such column
        """
        if strange := given.keys() - type(self).model_fields.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(strange))}")
        plain, made = _defaults(cast("Any", type(self)))
        held = cast("dict[str, Any]", self.__dict__)
        held.update(plain)
        for name, factory in made:
            if name not in given:
                held[name] = factory()
        held.update(given)

    def __setattr__(self, name: str, value: Any) -> None:
        """Have the mapper take what changes."""
        object.__setattr__(self, name, value)


@cache
def _defaults(model: type[SQLModel]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    # A default that is a list or a dictionary is made anew by Pydantic; here it must be a factory.
    plain: dict[str, Any] = {}
    made: list[tuple[str, Any]] = []
    for name, one in model.model_fields.items():
        if one.default_factory is not None:
            made.append((name, one.default_factory))
        elif not one.is_required():
            if isinstance(one.default, list | dict | set):
                raise TypeError(f"{model.__name__}.{name} would share its default")
            plain[name] = one.default
    return plain, tuple(made)
