"""One clear value on the case page: asked for with a reason, gone by itself."""

from __future__ import annotations

import asyncio
from uuid import UUID

import reflex as rx

from domain.cases.operations.reveal import reveal
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.people.schemas import Revealable
from state.clock import now
from state.inputs import as_form, as_text, text_in, word_in
from state.session import SignedInState


class RevealState(SignedInState):
    """The dialog in which one field of one person is shown in clear.

    The value stays as long as the security policy says; then it leaves the screen and this state,
    whether or not anybody is looking.
    """

    person_id: str = ""
    field: str = ""
    label: str = ""
    value: str = ""
    seconds: int = 0
    fault: str = ""
    _turn: int = 0

    @rx.event
    async def ask(self, person_id: str, field: str):
        """Open the dialog that asks why a field shall be shown in clear."""
        async with self._acting() as (_, actor):
            actor.require(Permission.PERSON_REVEAL)
            names = {r.value: r.label for r in Revealable}
            field = as_text(field)
            if field in names:
                self._shut()
                self.person_id, self.field, self.label = as_text(person_id), field, names[field]

    @rx.event
    async def send(self, form: dict):
        """Show the field in clear to this person for a while, with a line in the journal."""
        try:
            async with self._acting() as (session, actor):
                opened = await reveal(
                    session,
                    actor,
                    person_id=_uuid(self.person_id),
                    field=word_in({"field": self.field}, "field", Revealable, Revealable.NAME),
                    reason=text_in(as_form(form), "reason", most=500),
                    at=now(),
                )
        except Invalid as refusal:
            self.fault = refusal.message
            return None
        if opened.refusal is not None:
            self.fault = opened.refusal.message
            return None
        self.value, self.seconds, self.fault = opened.value, opened.seconds, ""
        self._turn += 1
        return RevealState.fade(self._turn, opened.seconds)

    @rx.event(background=True)
    async def fade(self, turn: int, seconds: int):
        """Take a value off the screen when its time is over, unless another one was asked for since."""
        if not isinstance(turn, int) or not isinstance(seconds, int):
            return
        await asyncio.sleep(max(0, min(seconds, LONGEST)))
        async with self:
            await self._fade_now(turn)

    @rx.event
    async def close(self):
        """Take the clear value off the screen."""
        async with self._acting():
            self._shut()

    async def _fade_now(self, turn: int) -> None:
        if self._turn == turn:
            self._shut()

    def _shut(self) -> None:
        self.person_id = self.field = self.label = self.value = self.fault = ""
        self._turn += 1


LONGEST = 300
"""Seconds that a value stays at most, whatever the browser says."""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("没有找到这个人，或不在您的查看范围内") from None
