"""The preview of an uploaded sheet: every row with what is wrong with it, before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from domain.kernel import drafts
from domain.kernel.refusals import NotFound
from state.inputs import as_text
from state.orgs import lines
from state.orgs.accounts import AccountListState
from state.orgs.units import UnitsState
from state.session import SignedInState

SHOWN = 200
"""Rows shown at most; those with faults come first."""


@dataclass
class LineShown:
    """This class will hold one row of the preview."""

    number: int = 0
    cells: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class ImportState(SignedInState):
    """One browser's open import of units or of accounts."""

    which: str = ""
    word: str = ""
    most: int = 0
    heads: list[str] = []
    rows: list[LineShown] = []
    total: int = 0
    wrong: int = 0
    staged: bool = False
    done: int = 0

    @rx.event
    async def ask(self, which: str):
        """This function will open the import of "units" or "accounts"."""
        async with self._acting() as (_, actor):
            kind = lines.KINDS.get(as_text(which))
            if kind is None:
                raise NotFound("没有这种导入")
            actor.require(kind.right)
            self._shut()
            self.which, self.word, self.most, self.heads = as_text(which), kind.word, kind.most, list(kind.heads)

    @rx.event
    async def show(self):
        """This function will show the sheet that was just uploaded, row by row."""
        async with self._acting() as (session, actor):
            kind = lines.KINDS.get(self.which)
            if kind is None:
                raise NotFound("没有这种导入")
            content = await drafts.load(session, actor, kind.form)
            found = await lines.read(session, actor, self.which, lines.staged_in(content))
        shown = [
            LineShown(row.number, list(row.values), [f"{name}：{text}" for name, text in row.faults.items()])
            for row in found
        ]
        self.rows = sorted(shown, key=lambda row: (not row.faults, row.number))[:SHOWN]
        self.total, self.wrong = len(shown), sum(1 for row in shown if row.faults)
        self.staged, self.done = True, 0

    @rx.event
    async def again(self):
        """This function will go back to the upload of another sheet."""
        async with self._acting():
            self.rows, self.staged, self.total, self.wrong = [], False, 0, 0

    @rx.event
    async def finish(self):
        """This function will say that the sheet was imported; the password file is with the browser by now."""
        async with self._acting():
            self.done, self.rows, self.staged = self.total, [], False

    @rx.event
    async def close(self):
        """This function will close the import; the page below is read again where something came of it."""
        async with self._acting():
            came, page = self.done, UnitsState if self.which == "units" else AccountListState
            self._shut()
        return page.renew if came else None

    def _shut(self) -> None:
        self.which, self.word, self.heads, self.rows = "", "", [], []
        self.total, self.wrong, self.staged, self.done = 0, 0, False, 0
