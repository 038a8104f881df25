"""What every import of a file has in common: its declaration, and its rows as they were read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound

Content = Mapping[str, Any]
"""What was kept of an uploaded file."""
Staged = Sequence[tuple[int, Sequence[str], Mapping[str, str]]]
"""Number, texts in the order of the headings, and what could not be read, by heading."""


@dataclass(frozen=True, slots=True)
class Read:
    """One row that was read; `given` is for the domain, `faults` are by heading.

    :ivar said: what the row does, where that is not simply to be added
    :ivar quiet: it changes nothing, and is shown after the others
    """

    number: int
    values: tuple[str, ...]
    given: Any
    faults: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    quiet: bool = False


async def nothing_more(_session: AsyncSession, _actor: Actor, _content: Content) -> list[str]:
    """Say nothing of a file as a whole."""
    return []


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of import: its words, headings (with those that must be filled), notes, and what becomes of a file.

    :ivar read: judges every row against the base and against the others
    :ivar take: carries all rows out, in the caller's transaction; answers how many
    :ivar told: sentences about the file as a whole
    :ivar aliases: other words for the headings
    :ivar asks: what is asked before the upload: "since" a day, "datum" what borders are measured in
    """

    word: str
    form: str
    right: Permission
    heads: tuple[str, ...]
    required: tuple[str, ...]
    example: tuple[str, ...]
    notes: tuple[str, ...]
    most: int
    read: Callable[[AsyncSession, Actor, Content], Awaitable[tuple[Read, ...]]]
    take: Callable[[AsyncSession, Actor, Sequence[Read], Content, datetime], Awaitable[int]]
    told: Callable[[AsyncSession, Actor, Content], Awaitable[list[str]]] = nothing_more
    aliases: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()
    endings: tuple[str, ...] = (".xlsx",)


def staged_in(content: Content) -> Staged:
    """Give the rows that were kept of an uploaded sheet.

    :raises NotFound: there are none
    """
    kept = content.get("lines")
    if not isinstance(kept, list) or not kept:
        raise NotFound("没有待导入的表格，请重新上传")
    return [(int(one[0]), [str(text) for text in one[1]], dict(one[2])) for one in kept]
