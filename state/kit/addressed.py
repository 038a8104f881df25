"""The view of a list is its address: search, filter, order and page, so that Back, a reload and a bookmark keep them.

What may be personal (names, phones, identity numbers) never stands in an address: the server keeps it for
the tab, and the address holds a word that leads there. Elsewhere that word leads nowhere, and the page says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import ClassVar, TypeVar
from urllib.parse import parse_qsl, urlencode

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.paging import LONGEST, Page
from domain.kernel.refusals import Invalid
from domain.people.rules import may_be_personal
from state.inputs import as_text

R = TypeVar("R")
SIZES = (20, 50, 100)
LONGEST_FILTER, LONGEST_CHOICE, MOST_KEPT = 100, 1000, 30
"""Characters of a text; of what is chosen, which may be many codes joined by commas; places kept of a tab."""
_KEPT, _CURSOR = "kept", "at"


@dataclass(frozen=True, slots=True)
class Asks:
    """What may narrow a list, by where it may stand.

    :ivar open: words of the product, in the address
    :ivar text: free text, in the address unless it may be personal
    :ivar personal: never in an address
    :ivar beside: what an address may say besides, which narrows nothing
    """

    open: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    views: Collection[str] = ()
    beside: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.open, *self.text, *self.personal)

    def cut(self, name: str, value: str) -> str:
        return value.strip()[: LONGEST_CHOICE if name in self.open else LONGEST_FILTER]

    def told(self, filters: dict[str, str]) -> dict[str, str]:
        """Give what of some conditions may stand in an address."""
        return {
            name: value
            for name, value in filters.items()
            if name in self.open or (name in self.text and not may_be_personal(value))
        }


def next_order(sort: str, column: str) -> str:
    """Give the order that the head of a column leads to: up, down, then the usual order again."""
    return {column: f"-{column}", f"-{column}": ""}.get(sort, column)


class AddressedState(rx.State, mixin=True):
    """The handlers of every list; a page names what it asks for, and reads its rows in `_read`."""

    ASKS: ClassVar[Asks] = Asks()
    address: str = ""
    came_to: str = ""
    """The address that the browser came to when the list was opened; what is done on the page changes it in silence."""
    filters: dict[str, str] = {}
    filtered: bool = False
    forgotten: bool = False
    view: str = ""
    sort: str = ""
    size: int = SIZES[0]
    page: int = 1
    last: str = "1"
    total: str = "0"
    preceding: bool = False
    following: bool = False
    known: bool = False
    cleared: int = 0
    _home: str = ""
    _cursor: str = ""
    _next: str = ""
    _previous: str = ""
    _key: str = ""
    _kept: dict[str, dict[str, str]] = {}
    _said: dict[str, str] = {}
    """What the address says besides."""
    _plain: str = ""
    """What the address of the list says where nothing narrows it; something, where an empty one says something else."""

    @rx.event
    async def choose_view(self, view: str):
        """Show exactly the rows that a counter counts; pressed again, what the page shows by itself."""
        view = as_text(view)
        if not view or view in self._asks().views:
            self.view = self._home if view in {"", self.view} else view
        await self._again()

    @rx.event
    async def narrow(self, name: str, value: str):
        """Set one condition."""
        self._put({as_text(name): as_text(value)})
        await self._again()

    @rx.event
    async def widen(self):
        """Drop all conditions."""
        self.filters, self.cleared = {}, self.cleared + 1
        await self._again()

    @rx.event
    async def order_by(self, column: str):
        """Sort by a column: up, down, then the usual order again."""
        self.sort = next_order(self.sort, as_text(column)[:20])
        await self._again()

    @rx.event
    async def turn(self, way: str):
        """Turn to the next page, the one before, or the first."""
        await self._again({"next": self._next, "previous": self._previous}.get(as_text(way), ""))

    @rx.event
    async def resize(self, size: str):
        """Set how many rows a page holds."""
        self.size = next((n for n in SIZES if str(n) == str(size)), SIZES[0])
        await self._again()

    @classmethod
    def _asks(cls) -> Asks:
        return cls.ASKS

    def _put(self, given: dict[str, str]) -> None:
        """Change some conditions; an empty one narrows no more."""
        asks = self._asks()
        known = {name: asks.cut(name, value) for name, value in given.items() if name in asks.names}
        put = {**self.filters, **known}
        self.filters = {name: put[name] for name in asks.names if put.get(name)}

    def _open_address(self, home: str = "", first: str = "") -> None:
        """Take the view of the list from the address.

        :param home: the counter that the page shows by itself
        :param first: the query that stands for an address without one
        """
        query = str(self.router.url.query)
        self.came_to = f"{self._path()}?{query}" if query else self._path()
        asks, asked = self._asks(), {name: str(value) for name, value in self.router.url.query_parameters.items()}
        self._plain = f"size={SIZES[0]}" if first else ""
        if not query:
            asked = dict(parse_qsl(first))
        self._key = asked.get(_KEPT, "")
        kept = self._kept.get(self._key, {})
        told = {name: asked.get(name, "") for name in (*asks.open, *asks.text)}
        self.filters = {}
        self._put(told | kept)
        self.forgotten = bool(self._key) and not kept
        self._home = home
        self.view = asked["view"] if asked.get("view") in asks.views else home
        self.sort = asked.get("sort", "")[:21]
        self.size = next((n for n in SIZES if str(n) == asked.get("size")), SIZES[0])
        self._cursor = "" if self.forgotten else asked.get(_CURSOR, "")[: LONGEST + 1]
        self._said = {name: asked[name][:LONGEST_CHOICE] for name in asks.beside if asked.get(name)}
        self.cleared += 1

    def _write_address(self) -> None:
        """Give the browser the address of what is shown."""
        told = self._asks().told(self.filters)
        kept = {name: value for name, value in self.filters.items() if name not in told}
        view = {"view": self.view or "all"} if self.view != self._home else {}
        rest = {
            _KEPT: self._keep(kept),
            "sort": self.sort,
            "size": str(self.size) if self.size != SIZES[0] else "",
            **self._said,
            _CURSOR: self._cursor,
        }
        path = self._path()
        query = urlencode({name: value for name, value in (view | told | rest).items() if value}, safe=",")
        query = query or self._plain
        self.address = f"{path}?{query}" if query else path

    def _path(self) -> str:
        return "/" + str(self.router.url.path).strip("/")

    def _keep(self, kept: dict[str, str]) -> str:
        """Keep what must not stand in the address; one place in the browser's history has one word for it."""
        if not kept:
            self._key = ""
        else:
            self._key = self._key if self._key in self._kept else secrets.token_hex(6)
            others = [(key, value) for key, value in self._kept.items() if key != self._key]
            self._kept = dict([*others, (self._key, kept)][-MOST_KEPT:])
        return self._key

    async def _again(self, cursor: str = "") -> None:
        self._cursor, self.forgotten = cursor, False
        async with self._acting() as (session, actor):
            await self._frame(session, actor)
            await self._read(session, actor)
        self._write_address()

    async def _read_opened(self, session: AsyncSession, actor: Actor) -> None:
        """Read what the address names; what does not exist (any more) is dropped, and the page says so."""
        try:
            await self._read(session, actor)
        except Invalid:
            self.filters, self.sort, self.view, self._cursor, self.forgotten = {}, "", self._home, "", True
            await self._read(session, actor)
        self._write_address()

    async def _page_of(self, read: Callable[[str], Awaitable[Page[R]]]) -> Page[R]:
        """Read the page that is shown; where it is gone, the nearest that is not."""
        try:
            found = await read(self._cursor)
        except Invalid as refusal:
            if "cursor" not in refusal.fields:
                raise
            self._cursor, found = "", await read("")
        if not found.items and found.previous:
            self._cursor, found = found.previous, await read(found.previous)
        if not found.previous:
            self._cursor = ""
        self._next, self._previous = found.next, found.previous
        self.preceding, self.following = bool(found.previous), bool(found.next)
        self.page, self.total = found.number, found.total_text
        self.last = f"{found.last}+" if found.capped else str(found.last)
        self.filtered, self.known = bool(self.filters), True
        return found
