"""Dialogs as declarations: each sends one form to one act of the domain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import LISTED, Field, Nothing, asked, take
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text, flag_in

NO_STEP = "没有这一步，请刷新后重试"


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog as it is open: what it is about, what its fields begin with, and what it warns of.

    :ivar name: the dialog; empty while none is open
    :ivar found: what the act would do, or what holds now, below the fields
    :ivar fixed: fields that are shown and cannot be changed
    :ivar without: fields that are not asked for this time
    :ivar known: what the form is read with besides its fields
    :ivar lines: what the dialog tells below its heads
    """

    name: str = ""
    about: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)
    warns: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    href: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an act would do, shown before it is done.

    :ivar among: what the examples are
    :ivar then: what is done besides
    """

    sentence: str = ""
    examples: list[str] = field(default_factory=list)
    among: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One dialog.

    :ivar act: one operation of the domain: takes session, actor, the key of what the dialog is about, form, moment;
        a dialog without one only tells
    :ivar right: none where the act alone judges
    :ivar done: what is said after, or what says it of what the act gave back
    :ivar fill: finds what the key names within the actor's reach, or refuses
    :ivar choices: what its fields choose from beside what the page offers, for what the key names
    :ivar heads: the heads of a table that it tells
    :ivar leads: the word of the link that what it opens with leads to
    :ivar foresee: what the act would do, to be confirmed first; none where nothing needs that
    :ivar tells: the handlers of the page that hear of a field when it changes
    :ivar below: the field below which what was found stands; empty for the end of the form
    :ivar goes: where the page goes after, by what the act gave back; nothing is said then
    """

    title: str
    act: Callable[[AsyncSession, Actor, str, Any, datetime], Awaitable[Any]] | None
    done: str | Callable[[Any], str]
    right: Permission | None
    form: type[Any] = Nothing
    word: str = "保存"
    look: str = "pri"
    fill: Callable[[AsyncSession, Actor, str], Awaitable[Asked]] | None = None
    choices: Callable[[AsyncSession, Actor, str], Awaitable[Mapping[str, Sequence[Choice]]]] | None = None
    heads: tuple[str, ...] = ()
    says: str = ""
    leads: str = ""
    foresee: Callable[[AsyncSession, Actor, str, Any, datetime], Awaitable[Foreseen | None]] | None = None
    tells: Mapping[str, str] = field(default_factory=dict)
    below: str = ""
    goes: Callable[[Any], str] | None = None
    wide: bool = False

    def open_to(self, actor: Actor) -> bool:
        return self.right is None or actor.may(self.right)

    def require(self, actor: Actor) -> None:
        """Refuse who may not open it.

        :raises NotPermitted: the right is lacking
        """
        if self.right:
            actor.require(self.right)


class DialogState(rx.State, mixin=True):
    """The handlers of a page's dialogs; `_read` is the page's own."""

    DIALOGS: ClassVar[Mapping[str, Dialog]]
    asked: Asked = Asked()
    choices: dict[str, list[Choice]] = {}
    foreseen: Foreseen = Foreseen()
    faults: dict[str, str] = {}
    round: int = 0
    _about: str = ""
    _given: dict[str, Any] = {}

    @rx.event
    async def ask(self, name: str, key: str = ""):
        """Open a dialog, about what a key names or about nothing."""
        one = self._dialog(name)
        async with self._acting() as (session, actor):
            one.require(actor)
            found = await one.fill(session, actor, as_text(key)) if one.fill else Asked()
            offered = await one.choices(session, actor, as_text(key)) if one.choices else {}
        self._shut()
        self.asked, self._about = replace(found, name=as_text(name)), as_text(key)
        if offered:
            self.choices = {**self.choices, **{name: list(given) for name, given in offered.items()}}

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Send the open dialog to its act, or show first what that would do; every fault is told at once."""
        return await self._send(as_form(form))

    @rx.event
    async def confirm(self):
        """Do what was shown."""
        return await self._send(self._given, sure=True) if self.foreseen.sentence else None

    @rx.event
    async def revise(self):
        """Go back from what was shown to the form."""
        async with self._acting():
            self.foreseen = Foreseen()

    async def _send(self, form: dict[str, Any], *, sure: bool = False) -> Any:
        one, reading = self.DIALOGS.get(self.asked.name), Reading(form)
        if one is None or one.act is None:
            return await self._refuse()
        form = form | self._ticked(one, form) | dict.fromkeys(self.asked.without)
        fixed = {name: self.asked.typed.get(name) for name in self.asked.fixed}
        taken = take(one.form, {**form, **fixed}, **self.asked.known)
        reading.faults |= dict(taken.faults)
        self._check_choices(one, reading)
        typed = {name: _typed(form.get(name)) for name in self._open_fields(one)}
        given, done, shown = (self._about, taken.value, now()), None, None
        try:
            async with self._acting() as (session, actor):
                one.require(actor)
                with reading.joined():
                    shown = await one.foresee(session, actor, *given) if one.foresee and not sure else None
                    done = None if shown else await one.act(session, actor, *given)
                await self._frame(session, actor)
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults, self.foreseen = self._beside(one, refusal), Foreseen()
            self.asked = replace(self.asked, typed=self.asked.typed | typed)
            return None
        if shown:
            self.foreseen, self.faults, self._given = shown, {}, form
            self.asked = replace(self.asked, typed=self.asked.typed | typed)
            return None
        self._shut()
        if one.goes:
            return rx.redirect(one.goes(done))
        return rx.toast.success(one.done if isinstance(one.done, str) else one.done(done))

    async def _refuse(self) -> None:
        """Say no to what no open dialog sends, first of all to whom none of them is open.

        :raises NotPermitted: the actor has the right of none
        :raises NotFound: always else
        """
        every = list(self.DIALOGS.values())
        async with self._acting() as (_, actor):
            if not any(one.open_to(actor) for one in every):
                every[0].require(actor)
            raise NotFound(NO_STEP)

    def _ticked(self, one: Dialog, form: dict[str, Any]) -> dict[str, list[str]]:
        """Gather what was ticked of each list of boxes, or, when confirmed, was gathered before; of its choices alone."""
        found: dict[str, list[str]] = {}
        for each in (each for each in asked(one.form) if each.of(tuple) and each.ask.choices):
            given, offered = form.get(each.name), self._offered(each)
            kept = given if isinstance(given, list) else []
            ticked = (choice for choice in offered if choice in kept or flag_in(form, f"{each.name}-{choice}"))
            found[each.name] = list(ticked)
        return found

    def _open_fields(self, one: Dialog) -> list[str]:
        return [each.name for each in asked(one.form) if each.name not in self.asked.fixed]

    def _beside(self, one: Dialog, refusal: Invalid) -> dict[str, str]:
        """Give each sentence by its field; what is wrong with none that can be typed in stands by itself."""
        known = self._open_fields(one)
        beside = {name: text for name, text in refusal.fields.items() if name in known}
        alone = [text for name, text in refusal.fields.items() if name not in known]
        alone = alone or ([] if beside else [refusal.message])
        return beside | ({"": "；".join(alone)} if alone else {})

    def _check_choices(self, one: Dialog, reading: Reading) -> None:
        # A choice of the page is one of its list; the domain looks at it once more.
        for each in asked(one.form):
            given = as_text(reading.form.get(each.name))
            if given and each.ask.choices and given not in self._offered(each):
                reading.refuse(each.name, LISTED)

    def _offered(self, each: Field) -> list[str]:
        return [choice.value for choice in self.choices.get(each.ask.choices, [])]

    def _dialog(self, name: object) -> Dialog:
        found = self.DIALOGS.get(as_text(name))
        if found is None:
            raise NotFound(NO_STEP)
        return found

    def _shut(self) -> None:
        self.asked, self._about, self.faults = Asked(), "", {}
        self.foreseen, self._given = Foreseen(), {}
        self.round += 1


def _typed(value: object) -> str:
    """Give what stood in a field, so that it stands there again; a box that was ticked comes as true."""
    return "on" if value is True else " ".join(value) if isinstance(value, list) else as_text(value)


def id_of(key: str) -> UUID:
    """Read the id that a row of a list was called by.

    :raises NotFound: it is none
    """
    try:
        return UUID(key)
    except ValueError:
        raise NotFound("没有找到，可能已被删除；请刷新后重试") from None
