"""The words that the county added to find categories by, and the dialogs that add one or remove one."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import categories
from domain.cases.operations import saying as operations
from domain.cases.queries import saying as queries
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from state.categories import offers
from state.clock import now
from state.inputs import Offer, as_form, as_text, flag_in, text_in
from state.processes.working import as_id
from state.session import SignedInState


@dataclass
class WordShown:
    """One word as text."""

    id: str = ""
    word: str = ""
    category: str = ""
    by: str = ""
    when: str = ""


class CategoryWordsState(SignedInState):
    """One browser's list of words."""

    words: list[WordShown] = []
    loaded: bool = False
    adding: bool = False
    removing: WordShown = WordShown()
    category_choices: list[Offer] = []
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the list."""
        async with self._opening() as (session, actor):
            self._shut()
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        rows = await queries.added(session, actor)
        names = await orgs.staff_names(session, {one.added_by for one in rows})
        known, self.category_choices = categories.CATEGORIES, await offers(session)
        self.words = [
            WordShown(
                id=str(one.id),
                word=one.word,
                category=known[one.category].full if one.category in known else one.category,
                by=names.get(one.added_by, ""),
                when=stamp(one.added_at),
            )
            for one in rows
        ]

    def _shut(self) -> None:
        self.adding, self.removing, self.typed, self.faults = False, WordShown(), {}, {}

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def ask_add(self):
        """Open the dialog that adds a word."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            self._shut()
            self.adding = True

    @rx.event
    async def add(self, form: dict):
        """Add the word."""
        given = as_form(form)
        category, word = text_in(given, "category", most=10), text_in(given, "word", most=100)
        no_name = flag_in(given, "no_name")
        try:
            async with self._acting() as (session, actor):
                row = await operations.add_word(session, actor, category=category, word=word, no_name=no_name, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.typed, self.faults = {"category": category, "word": word}, refusal.fields
            return None
        self._shut()
        return rx.toast.success(f"已添加“{row.word}”，登记诉求时即可用它查找类别")

    @rx.event
    async def ask_remove(self, word_id: str):
        """Ask once before a word is removed."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            found = next((one for one in self.words if one.id == as_text(word_id)), None)
            if found is None:
                raise NotFound("没有找到这个用词，可能已被删除")
            self._shut()
            self.removing = found

    @rx.event
    async def remove(self):
        """Remove the word."""
        async with self._acting() as (session, actor):
            queries.require_manager(actor)
            row = await operations.remove_word(session, actor, as_id(self.removing.id), at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success(f"已删除“{row.word}”")
