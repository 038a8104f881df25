"""Pages of a list, by key: where one page ends the next begins, whatever comes, goes or changes meanwhile.

A cursor holds the sort values of a page's edge and the moment of the first page. It is sealed: titles and
names that a list is sorted by stay out of addresses and logs, and a bent cursor does not open.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, false, literal, or_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto
from domain.kernel.refusals import Invalid

T = TypeVar("T")
R = TypeVar("R")

COUNT_CAP = 1000
"""Counts stop here and read "1000+": counting on costs more than it tells."""
LONGEST = 2000
_NO_ROW = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list and how many rows there are in all (capped); cursors of its neighbours, empty at the ends."""

    items: tuple[T, ...]
    total: int
    capped: bool = False
    number: int = 1
    size: int = 20
    next: str = ""
    previous: str = ""

    @property
    def total_text(self) -> str:
        return f"{self.total}+" if self.capped else str(self.total)

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind the row with these sort values, or before it (`back`).

    :ivar at: when the first page was read; what an order derives from the time is derived from this moment
    """

    values: tuple[Any, ...]
    number: int
    at: datetime
    back: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """One column that a list is sorted by.

    :ivar read: the same value from a row
    :ivar may_lack: rows without a value come last, whichever way the others are sorted
    """

    column: Any
    read: Callable[[Any], Any]
    falling: bool = False
    may_lack: bool = False

    def sorting(self, *, back: bool = False) -> ColumnElement[Any]:
        way = self.column.desc() if self.falling != back else self.column.asc()
        if not self.may_lack:
            return way
        return way.nullsfirst() if back else way.nullslast()

    def same(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == self._bound(value)

    def beyond(self, value: Any, *, back: bool, too: bool = False) -> ColumnElement[bool]:
        """Give the condition of the values that come after this one, or before it; `too`: this one as well."""
        if value is None:
            return self.column.is_not(None) if back else false()
        operator = ("<" if self.falling != back else ">") + ("=" if too else "")
        further = self.column.op(operator, is_comparison=True)(self._bound(value))
        return or_(further, self.column.is_(None)) if self.may_lack and not back else further

    def _bound(self, value: Any) -> Any:
        return literal(value, Boolean() if isinstance(value, bool) else self.column.type)


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that a list is sorted by; the last tells any two rows apart.

    :ivar name: cursors of one order do not open in another
    """

    name: str
    keys: tuple[Key, ...]

    def sorting(self, *, back: bool = False) -> list[ColumnElement[Any]]:
        return [key.sorting(back=back) for key in self.keys]

    def values(self, row: Any) -> tuple[Any, ...]:
        return tuple(key.read(row) for key in self.keys)

    def select(self, query: Select[Any], place: Place | None, most: int) -> Select[Any]:
        """Narrow a query to so many rows behind a place, or before it, the nearest first."""
        back = bool(place and place.back)
        within = query.where(self.beyond(place.values, back=back)) if place else query
        return within.order_by(*self.sorting(back=back)).limit(most)

    def beyond(self, values: Sequence[Any], *, back: bool) -> ColumnElement[bool]:
        """Give the condition of the rows that come after those sort values, or before them."""
        cases: list[ColumnElement[bool]] = []
        for place, key in enumerate(self.keys):
            same = [other.same(value) for other, value in zip(self.keys[:place], values, strict=False)]
            cases.append(and_(*same, key.beyond(values[place], back=back)))
        first = self.keys[0]
        if values[0] is None or first.may_lack:
            return or_(*cases)
        # a plain bound beside the exact condition: an index begins where the page does
        return and_(first.beyond(values[0], back=back, too=True), or_(*cases))


@dataclass(frozen=True, slots=True)
class Turned(Generic[R]):
    """The rows of one page, its number, the moment of its order and the cursors of its neighbours."""

    rows: tuple[R, ...]
    number: int
    at: datetime
    next: str
    previous: str

    def page(self, items: Sequence[T], total: int, size: int, *, cap: int = COUNT_CAP) -> Page[T]:
        """Make a page of what is shown of the rows."""
        return Page(tuple(items), min(total, cap), total > cap, self.number, size, self.next, self.previous)


Fetch = Callable[[Place | None, int, datetime], Awaitable[Sequence[R]]]
"""Read so many rows behind a place (none: from the start), or before it, the nearest first; as ordered at a moment."""


async def turn(
    name: str,
    values: Callable[[R, datetime], tuple[Any, ...]],
    fetch: Fetch[R],
    *,
    cursor: str,
    size: int,
    at: datetime,
) -> Turned[R]:
    """Read the page that a cursor leads to; without one, the first.

    :param values: the sort values of a row, as ordered at a moment
    :raises Invalid: the cursor is none of this order
    """
    place = place_at(name, cursor) if cursor else None
    moment = place.at if place else at
    found = list(await fetch(place, size + 1, moment))
    if place and place.back and len(found) <= size:
        # whoever comes to the start from behind sees a whole first page
        place, found = None, list(await fetch(None, size + 1, moment))
    back, more, rows = bool(place and place.back), len(found) > size, found[:size]
    if back:
        rows.reverse()
    number = place.number if place else 1
    after = back or more
    edges = [values(row, moment) for row in (rows[0], rows[-1])] if rows else [place.values if place else ()] * 2
    return Turned(
        tuple(rows),
        max(number, 1),
        moment,
        sealed(name, Place(edges[1], number + 1, moment)) if after and rows else "",
        sealed(name, Place(edges[0], number - 1, moment, back=True)) if place else "",
    )


async def turn_query(
    session: AsyncSession, query: Select[tuple[R]], order: Order, *, cursor: str, size: int, at: datetime
) -> Turned[R]:
    """Read the page of a query that a cursor leads to, sorted by one order throughout.

    :raises Invalid: the cursor is none of this order
    """

    async def fetch(place: Place | None, most: int, _at: datetime) -> Sequence[R]:
        return list(await session.scalars(order.select(query, place, most)))

    return await turn(order.name, lambda row, _: order.values(row), fetch, cursor=cursor, size=size, at=at)


def sealed(name: str, place: Place) -> str:
    """Write a cursor."""
    told = [[_told(one) for one in place.values], place.number, place.at.isoformat(), place.back]
    blob = crypto.seal("list", name, _NO_ROW, json.dumps(told, ensure_ascii=False, separators=(",", ":")))
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def place_at(name: str, cursor: str) -> Place:
    """Read a cursor.

    :raises Invalid: it was bent, cut, or belongs to another order
    """
    try:
        blob = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values, number, at, back = json.loads(
            crypto.unseal("list", name, _NO_ROW, blob if len(cursor) <= LONGEST else b"")
        )
    except (ValueError, binascii.Error, crypto.CannotOpen):
        raise Invalid.of({"cursor": "翻页标记无效，请从第一页重新查询"}) from None
    return Place(tuple(_untold(one) for one in values), number, datetime.fromisoformat(at), back)


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"id": str(value)} if isinstance(value, UUID) else value


def _untold(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["at"]) if "at" in value else UUID(value["id"])
