"""The preview of an uploaded file: every row with what is wrong with it, before anything is imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

import reflex as rx

from domain.areas.models import Datum
from domain.kernel import drafts
from domain.kernel.clock import local_date
from domain.kernel.refusals import NotFound
from state.areas import lines as area_lines
from state.areas.areas import AreasState
from state.clock import now
from state.inputs import as_text
from state.kit.importing import Kind
from state.orgs import lines as org_lines
from state.orgs.accounts import AccountListState
from state.orgs.units import UnitsState
from state.session import SignedInState

KINDS: dict[str, Kind] = {**org_lines.KINDS, **area_lines.KINDS}
_PAGES = {"units": UnitsState, "accounts": AccountListState, "areas": AreasState, "shapes": AreasState}
"""What is read again once something was imported."""

SHOWN = 200
"""Rows shown at most; those with faults come first."""


@dataclass
class LineShown:
    """One row of the preview."""

    number: int = 0
    cells: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    said: str = ""


class ImportState(SignedInState):
    """One browser's open import."""

    which: str = ""
    word: str = ""
    most: int = 0
    template: bool = False
    endings: str = ""
    asks: list[str] = []
    since: str = ""
    datum: str = ""
    query: str = ""
    heads: list[str] = []
    rows: list[LineShown] = []
    told: list[str] = []
    total: int = 0
    wrong: int = 0
    works: int = 0
    """Rows that change something."""
    staged: bool = False
    done: int = 0
    leaving: bool = False
    """Closing was asked for while the browser alone has the initial passwords."""

    @rx.event
    async def ask(self, which: str):
        """Open an import."""
        async with self._acting() as (_, actor):
            kind = KINDS.get(as_text(which))
            if kind is None:
                raise NotFound("没有这种导入")
            actor.require(kind.right)
            self._shut()
            self.which, self.word, self.most, self.heads = as_text(which), kind.word, kind.most, list(kind.heads)
            self.template, self.endings, self.asks = bool(kind.example), ",".join(kind.endings), list(kind.asks)
            self.since = local_date(now()).isoformat() if "since" in kind.asks else ""
            self._write_query()

    @rx.event
    async def date(self, since: str):
        """Take the day from which the changes count; whether it is one is asked when the file comes."""
        async with self._acting():
            self.since = as_text(since)[:10]
            self._write_query()

    @rx.event
    async def measure(self, datum: str):
        """Take what borders are measured in."""
        async with self._acting():
            self.datum = as_text(datum) if as_text(datum) in set(Datum) else ""
            self._write_query()

    @rx.event
    async def show(self):
        """Show the file that was just uploaded, row by row."""
        async with self._acting() as (session, actor):
            kind = KINDS.get(self.which)
            if kind is None:
                raise NotFound("没有这种导入")
            content = await drafts.load(session, actor, kind.form)
            found = await kind.read(session, actor, content)
            self.told = await kind.told(session, actor, content)
        ordered = sorted(found, key=lambda row: (not row.faults, row.quiet, row.number))
        self.rows = [
            LineShown(row.number, list(row.values), [f"{name}：{text}" for name, text in row.faults.items()], row.said)
            for row in ordered[:SHOWN]
        ]
        self.total, self.wrong = len(found), sum(1 for row in found if row.faults)
        self.works = sum(1 for row in found if not row.quiet)
        self.staged, self.done = True, 0

    @rx.event
    async def again(self):
        """Go back to the upload of another file."""
        async with self._acting():
            self.rows, self.told, self.staged, self.total, self.wrong, self.works = [], [], False, 0, 0, 0

    @rx.event
    async def finish(self):
        """Say that the file was imported; initial passwords are with the browser by now, and nowhere else."""
        async with self._acting():
            self.done, self.rows, self.told, self.staged = self.works, [], [], False

    @rx.event
    async def close(self):
        """Close the import; the page below is read again where something came of it.

        With initial passwords in it only `saved` closes it.
        """
        async with self._acting():
            self.leaving = self.which == "accounts" and self.done > 0
            return None if self.leaving else self._leave()

    @rx.event
    async def saved(self):
        """Close the import whose initial passwords the person has saved; the browser forgets them."""
        async with self._acting():
            return self._leave()

    def _leave(self) -> object:
        page = _PAGES.get(self.which) if self.done else None
        self._shut()
        return page.renew if page else None

    def _write_query(self) -> None:
        asked = {"since": self.since, "datum": self.datum}
        self.query = urlencode({name: value for name, value in asked.items() if value and name in self.asks})

    def _shut(self) -> None:
        self.which, self.word, self.heads, self.rows, self.told = "", "", [], [], []
        self.since, self.datum, self.query, self.asks = "", "", "", []
        self.total, self.wrong, self.works, self.staged, self.done = 0, 0, 0, False, 0
        self.leaving = False


def data() -> list[tuple[str, str]]:
    """Give what borders may be measured in, for a select."""
    return [(one.value, one.label) for one in Datum]
