"""Handing the open work of one person to another: counted first, then done, with what came of it by kind."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from domain.cases.operations import hand_over as handing
from domain.cases.vocabulary import OpenWork
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from state.clock import now
from state.inputs import Choice, as_form, as_text, flag_in, text_in
from state.session import SignedInState


@dataclass
class Kind:
    """One kind of open work with its count; `done` when that many were handed over."""

    value: str = ""
    label: str = ""
    count: int = 0


class HandOverState(SignedInState):
    """One browser's open dialog of handing over."""

    login: str = ""
    name: str = ""
    open: bool = False
    kinds: list[Kind] = []
    total: int = 0
    takers: list[Choice] = []
    done: list[Kind] = []
    taker: str = ""
    faults: dict[str, str] = {}

    @rx.event
    async def ask(self, login: str):
        """Count the open work of a person and open the dialog."""
        async with self._acting() as (session, actor):
            actor.require(Permission.WORK_HAND_OVER)
            self._shut()
            found = await handing.preview(session, actor, as_text(login), at=now())
            self.kinds = [Kind(kind.value, kind.label, found.counts.get(kind, 0)) for kind in OpenWork]
            self.total = sum(one.count for one in self.kinds)
            self.takers = [
                Choice(one.login, f"{one.name}（{one.login}）")
                for one in await handing.takers(session, actor, found.login, at=now())
            ]
            self.login, self.name, self.open = found.login, found.name, True

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Hand the ticked kinds of work over and tell how many of each went."""
        given = as_form(form)
        kinds = tuple(kind for kind in OpenWork if flag_in(given, f"kind_{kind.value}"))
        taker = text_in(given, "to", most=80)
        try:
            async with self._acting() as (session, actor):
                _require_choice(kinds, taker, self.takers)
                phone = text_in(given, "phone", most=30)
                found = await handing.hand_over(session, actor, self.login, taker, at=now(), kinds=kinds, phone=phone)
        except Invalid as refusal:
            self.faults = refusal.fields or {"to": refusal.message}
            return
        self.faults = {}
        self.taker = next(choice.label for choice in self.takers if choice.value == taker)
        self.done = [Kind(kind.value, kind.label, found.counts.get(kind, 0)) for kind in kinds]

    def _shut(self) -> None:
        self.open, self.done, self.taker, self.faults = False, [], "", {}


def _require_choice(kinds: tuple[OpenWork, ...], taker: str, takers: list[Choice]) -> None:
    known = taker in {choice.value for choice in takers}
    faults = {} if known else {"to": "请选择接手人"}
    faults |= {} if kinds else {"kinds": "请至少选择一类"}
    if faults:
        raise Invalid.of(faults)
