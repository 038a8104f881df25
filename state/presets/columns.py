"""Which columns of a list somebody looks at: those of the address, else the own choice, else the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.presets import operations, queries
from domain.presets.operations import COLUMNS
from state.inputs import as_text
from state.kit.addressed import AddressedState


class ColumnsState(AddressedState, mixin=True):
    """The handler of the choice; a list names its `COLUMNS` and inherits this before `SignedInState`.

    :cvar COLUMNS: all that can be chosen, in their order
    :cvar USUAL: those that stand there by themselves
    :cvar FIXED: those that always stand there
    """

    if TYPE_CHECKING:
        _acting: Any  # of `SignedInState`
    COLUMNS: ClassVar[tuple[str, ...]] = ()
    USUAL: ClassVar[tuple[str, ...]] = ()
    FIXED: ClassVar[tuple[str, ...]] = ()
    columns: list[str] = []

    @rx.event
    async def choose_columns(self, chosen: str):
        """Keep which columns are shown, joined by commas; none are the usual ones."""
        async with self._acting() as (session, actor):
            known = self._known_columns(as_text(chosen))
            await operations.choose_columns(session, actor, self._path(), known)
        self.columns = known or list(self.USUAL)
        self._said = {name: value for name, value in self._said.items() if name != COLUMNS}
        self._write_address()

    async def _read_columns(self, session: AsyncSession, actor: Actor) -> None:
        asked = self._known_columns(self._said.get(COLUMNS, ""))
        kept = await queries.columns(session, actor, self._path())
        self.columns = asked or self._known_columns(",".join(kept)) or list(self.USUAL)

    def _known_columns(self, joined: str) -> list[str]:
        wanted = set(self.COLUMNS).intersection(joined.split(","))
        return [one for one in self.COLUMNS if one in {*wanted, *self.FIXED}] if wanted else []
