"""A list as a declaration: its rows, columns, filters and counters once, for screen, phone, sheet and interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Nothing, asked, read
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from state.clock import now
from state.inputs import Choice, as_text
from state.kit import following
from state.kit.addressed import AddressedState, Asks

R = TypeVar("R")
Words = Callable[[R], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One word with its tone, what is said of it where one points, and where it leads."""

    text: str = ""
    tone: str = "gray"
    title: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One button of a row: it opens a dialog about the row, leads to an address, or hands over a file."""

    word: str = ""
    dialog: str = ""
    href: str = ""
    look: str = "txt"
    file: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it travels to the browser: words, and beside them only what its columns declare."""

    key: str = ""
    name: str = ""
    href: str = ""
    tone: str = ""
    depth: int = 0
    cells: list[str] = field(default_factory=list)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    said: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One counter above a list; pressed, it shows exactly what it counts."""

    view: str = ""
    label: str = ""
    count: int = 0
    tone: str = "blue"


@dataclass(frozen=True, slots=True)
class Col(Generic[R]):
    """One column: what it says of a row, in words, everywhere; beside it how the screen shows that.

    :ivar tone: shows the words as a tag
    :ivar marks: shows several tags in place of the words
    :ivar link: where the words lead
    :ivar opens: the handler of the page that the words open a dialog by
    :ivar note: small words behind
    :ivar by: what rows are sorted by, where that is not the words; only lists that are read whole
    :ivar sort: the head sorts by it
    :ivar phone: its place on a card, see the kit's table
    :ivar look: code, bold or wide (as long as it is)
    """

    key: str
    label: str
    text: Words[R]
    tone: Words[R] | None = None
    marks: Callable[[R], Sequence[Mark]] | None = None
    link: Words[R] | None = None
    opens: str = ""
    note: Words[R] | None = None
    by: Callable[[R], Any] | None = None
    sort: bool = False
    phone: str = ""
    width: str = ""
    look: str = ""
    tree: bool = False
    chars: int = 20

    @property
    def marked(self) -> bool:
        return self.tone is not None or self.marks is not None

    def tags(self, row: R) -> list[Mark]:
        if self.marks:
            return list(self.marks(row))
        return [Mark(self.text(row), self.tone(row))] if self.tone else []


Rows = Callable[..., Awaitable[Page[R] | Sequence[R]]]
"""Takes session, actor, what is wanted, `at`, and for a list of pages `cursor` and `size`; checks rights and reach
itself, and shows persons masked."""


def by_query(read: Callable[[AsyncSession, Actor], Awaitable[Sequence[R]]]) -> Rows[R]:
    """Give the rows of a query that nothing narrows."""

    async def rows(session: AsyncSession, actor: Actor, _wanted: Any, **_more: Any) -> Sequence[R]:
        return await read(session, actor)

    return rows


Choices = Callable[[AsyncSession, Actor], Awaitable[Mapping[str, Sequence[Choice]]]]


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list.

    :ivar rights: of which one is needed
    :ivar export: what taking its sheet needs besides
    :ivar wanted: the input that narrows it; a field `view` or `sort` takes the chosen counter and order
    :ivar whole: it is short, and read whole: `rows` gives a sequence that the columns sort
    :ivar shown: rows of a list read whole that are shown at most; its sheet and the interface give all
    :ivar count: counters above it
    :ivar home: the view that the page shows by itself; machines ask for one or get all
    :ivar acts: the buttons of a row; each dialog looks at its right once more
    :ivar said: what stands behind the buttons, such as why there are none
    :ivar live: what is announced when its rows change
    :ivar persons: its personal conditions look for persons of the county, which is journalled
    :ivar icon: the picture before its label, on a page of several
    """

    name: str
    label: str
    rows: Rows[R]
    columns: tuple[Col[R], ...]
    key: Words[R]
    rights: tuple[Permission, ...]
    export: Permission | None = None
    wanted: type[Any] = Nothing
    whole: bool = False
    shown: int = 200
    title: Words[R] | None = None
    href: Words[R] | None = None
    tone: Words[R] | None = None
    depth: Callable[[R], int] | None = None
    acts: Callable[[R], Sequence[Act]] | None = None
    said: Words[R] | None = None
    count: Callable[[AsyncSession, Actor, datetime], Awaitable[Sequence[Tile]]] | None = None
    choices: Choices | None = None
    views: frozenset[str] = frozenset()
    home: str = ""
    live: tuple[str, ...] = ()
    says: str = ""
    unit: str = "条"
    none_yet: tuple[str, str] = ("这里还没有内容", "")
    none_left: str = "没有符合条件的内容"
    icon: str = "list"
    persons: bool = False

    def asks(self) -> Asks:
        """Say what may narrow it, by where it may stand."""
        fields = asked(self.wanted)
        text = tuple(one.name for one in fields if one.ask.search and not one.ask.personal)
        personal = tuple(one.name for one in fields if one.ask.personal)
        rest = tuple(one.name for one in fields if one.name not in {*text, *personal})
        return Asks(open=rest, text=text, personal=personal, views=self.views)

    def open_to(self, actor: Actor) -> bool:
        return any(actor.may(right) for right in self.rights)

    def sheet_for(self, actor: Actor) -> bool:
        """Tell whether a person may take its sheet."""
        return self.open_to(actor) and (self.export is None or actor.may(self.export))

    def more(self, **known: str) -> dict[str, str]:
        """Give what the input takes besides the conditions: the chosen counter, the order."""
        return {name: value for name, value in known.items() if name in self.wanted.__dataclass_fields__}

    def row(self, one: R) -> Row:
        """Draw one row."""
        key, cols = self.key(one), self.columns
        return Row(
            key,
            self.title(one) if self.title else key,
            self.href(one) if self.href else "",
            self.tone(one) if self.tone else "",
            self.depth(one) if self.depth else 0,
            [col.text(one) or "—" for col in cols],
            {col.key: col.tags(one) for col in cols if col.marked},
            {col.key: col.link(one) for col in cols if col.link},
            {col.key: col.note(one) for col in cols if col.note},
            list(self.acts(one)) if self.acts else [],
            self.said(one) if self.said else "",
        )

    def told(self, one: R) -> dict[str, str]:
        """Give one row in words, for sheets and machines."""
        return {col.key: col.text(one) for col in self.columns}

    async def page(
        self, session: AsyncSession, actor: Actor, wanted: Any, *, at: datetime, cursor: str, size: int, sort: str = ""
    ) -> Page[R]:
        """Read one page; a list that is read whole is one page.

        :raises NotPermitted: the actor has none of its rights
        """
        if not self.open_to(actor):
            actor.require(self.rights[0])
        if not self.whole:
            found = await self.rows(session, actor, wanted, at=at, cursor=cursor, size=size)
            return found if isinstance(found, Page) else Page(tuple(found), len(found))
        every = list(await self.rows(session, actor, wanted, at=at))
        order = {col.key: col.by or col.text for col in self.columns if col.sort}
        if by := order.get(sort.removeprefix("-")):
            every.sort(key=by, reverse=sort.startswith("-"))
        return Page(tuple(every), len(every), size=max(1, len(every)))


class ListState(AddressedState, mixin=True):
    """The handlers of every list; a page names its `LISTING` and inherits them before `SignedInState`."""

    LISTING: ClassVar[Listing[Any]]
    if TYPE_CHECKING:
        _begun: float  # of `SignedInState`
    rows: list[Row] = []
    tiles: list[Tile] = []
    choices: dict[str, list[Choice]] = {}
    loading: bool = True
    cut: bool = False
    may_export: bool = False

    @rx.event
    async def load(self):
        """Open the list that the address asks for."""
        self.loading = True
        self._open_address(self.LISTING.home)
        async with self._opening() as (session, actor):
            self.rows, self.may_export = [], self.LISTING.sheet_for(actor)
            await self._prepare(session, actor)
            await self._read_opened(session, actor)
            if self.LISTING.choices:
                found = await self.LISTING.choices(session, actor)
                self.choices = {**self.choices, **{name: list(offered) for name, offered in found.items()}}
        self.loading = False

    @rx.event
    async def renew(self):
        """Read the list again and leave what is searched and chosen as it is."""
        await self._again(self._cursor)

    @rx.event(background=True)
    async def follow(self):
        """Keep the list live while the page is open."""
        await following.follow(self, *self.LISTING.live, read="_read")

    @classmethod
    def _asks(cls) -> Asks:
        return cls.LISTING.asks()

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        """Read what else a page needs when it opens."""

    def _known(self) -> dict[str, str]:
        """Give what the input takes of the page besides the conditions."""
        return {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await self._listed(session, actor)

    async def _listed(self, session: AsyncSession, actor: Actor) -> Page[Any]:
        """Read the rows that are shown."""
        spec, at = self.LISTING, now()
        wanted = read(spec.wanted, self.filters, **self._known(), **spec.more(view=self.view, sort=self.sort))
        found = await self._page_of(
            lambda cursor: spec.page(
                session, actor, wanted, at=at, cursor=cursor, size=self.size, sort=as_text(self.sort)
            )
        )
        self.filtered = bool(self.filters or (self.view and self.view != self._home))
        self.cut = spec.whole and len(found.items) > spec.shown
        rows = [spec.row(one) for one in (found.items[: spec.shown] if spec.whole else found.items)]
        if rows != self.rows:
            self.rows = rows
        if spec.count:
            self.tiles = list(await spec.count(session, actor, at))
        return found
