"""Short lists that a page shows whole, one below the other."""

from __future__ import annotations

from typing import Any, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from state.clock import now
from state.inputs import Choice, as_text
from state.kit.addressed import next_order
from state.kit.listing import Listing, Row


class TablesState(rx.State, mixin=True):
    """The handlers of a page of short lists; each of its `TABLES` is read whole and narrowed by nothing."""

    TABLES: ClassVar[tuple[Listing[Any], ...]]
    tables: dict[str, list[Row]] = {}
    orders: dict[str, str] = {}
    choices: dict[str, list[Choice]] = {}
    loading: bool = True

    @rx.event
    async def load(self):
        """Open the page."""
        self.loading = True
        async with self._opening() as (session, actor):
            self.tables = {}
            await self._prepare(session, actor)
            await self._read(session, actor)
            self.choices = await self._offers(session, actor)
        self.loading = False

    @rx.event
    async def order_table(self, name: str, column: str):
        """Sort one of the lists by a column: up, down, then the usual order again."""
        name = as_text(name)
        if name in {one.name for one in self.TABLES}:
            self.orders = {**self.orders, name: next_order(self.orders.get(name, ""), as_text(column)[:20])}
        async with self._acting() as (session, actor):
            await self._frame(session, actor)
            await self._read(session, actor)

    async def _offers(self, session: AsyncSession, actor: Actor) -> dict[str, list[Choice]]:
        found: dict[str, list[Choice]] = {}
        for choices in (one.choices for one in self.TABLES if one.choices):
            found |= {name: list(offered) for name, offered in (await choices(session, actor)).items()}
        return found

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        """Read what else a page needs when it opens."""

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await self._read_tables(session, actor)

    async def _read_tables(self, session: AsyncSession, actor: Actor) -> None:
        tables, at = {}, now()
        for one in self.TABLES:
            sort = self.orders.get(one.name, "")
            found = await one.page(session, actor, one.wanted(), at=at, cursor="", size=0, sort=sort)
            tables[one.name] = [one.row(row) for row in found.items]
        if tables != self.tables:
            self.tables = tables
