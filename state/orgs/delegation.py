"""Standing in for one another: one's own delegations, and those a head sets for the people of the unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import operations, queries
from domain.orgs.queries.colleagues import who_may_stand_in
from domain.orgs.schemas import DelegationView
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text, moment_in, text_in
from state.session import SignedInState

STATES = {"coming": ("未开始", "blue"), "in_force": ("代理中", "green"), "over": ("已结束", "gray")}


@dataclass
class DelegationShown:
    """One delegation as text; `mine` when the person may act by it."""

    id: str = ""
    giver: str = ""
    taker: str = ""
    period: str = ""
    reason: str = ""
    state: str = ""
    word: str = ""
    tone: str = ""
    mine: bool = False
    worn: bool = False
    endable: bool = False


class DelegationState(SignedInState):
    """One browser's delegations: its person's own, or, on the page of an account, that account's."""

    loaded: bool = False
    giver: str = ""
    giver_name: str = ""
    rows: list[DelegationShown] = []
    people: list[Choice] = []
    wearing: bool = False
    may_make: bool = True
    making: bool = False
    ending: DelegationShown = DelegationShown()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Read the person's own delegations, given and received."""
        self.loaded, self.giver, self.rows = False, "", []
        self._shut()
        async with self._acting() as (session, actor):
            await self._read(session, actor)
        self.loaded = True

    @rx.event
    async def load_of(self):
        """Read the delegations of the account that the address names."""
        self.loaded, self.giver, self.rows = False, str(self.router.url.path).strip("/").split("/")[-1], []
        self._shut()
        try:
            async with self._acting() as (session, actor):
                await self._read(session, actor)
        except NotFound:
            self.giver = ""  # the page itself says that there is no such account
            return
        self.loaded = True

    @rx.event
    async def ask(self):
        """Open the form of a new delegation."""
        async with self._acting() as (session, actor):
            self._shut()
            await self._read(session, actor)
            self.making = True

    @rx.event
    async def ask_end(self, delegation_id: str):
        """Ask once before a delegation is ended."""
        async with self._acting():
            self._shut()
            self.ending = self._row(delegation_id)

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Make the delegation of the form."""
        reading, at = Reading(as_form(form)), now()
        try:
            async with self._acting() as (session, actor):
                since, until = _period_in(reading, at)
                chosen = text_in(reading.form, "to", most=80)
                taker = chosen if chosen in {choice.value for choice in self.people} else ""
                reason = text_in(reading.form, "reason", most=200)
                with reading.joined():
                    await operations.delegate(session, actor, taker, since, until, reason, at=at, from_login=self.giver)
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"to": refusal.message}
            return None
        self._shut()
        return rx.toast.success("代理已设置，代理人在“我的账号”切换身份后办理")

    @rx.event
    async def end(self):
        """End the delegation that was asked about."""
        async with self._acting() as (session, actor):
            if not self.ending.id:
                raise NotFound("没有这项代理")
            await operations.end_delegation(session, actor, UUID(self.ending.id), at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("代理已结束")

    @rx.event
    async def wear(self, delegation_id: str):
        """Act by a delegation from now on, in this sign-in, beginning at the landing page."""
        async with self._acting() as (session, actor):
            await operations.wear(session, actor, UUID(self._row(delegation_id).id), at=now())
        return rx.redirect("/")

    @rx.event
    async def take_off(self):
        """Act as oneself again, beginning at the landing page."""
        async with self._acting() as (session, actor):
            await operations.wear(session, actor, None, at=now())
        return rx.redirect("/")

    def _row(self, delegation_id: object) -> DelegationShown:
        found = next((one for one in self.rows if one.id and one.id == as_text(delegation_id)), None)
        if found is None:
            raise NotFound("没有这项代理，或代理已结束")
        return found

    def _shut(self) -> None:
        self.making, self.ending, self.faults = False, DelegationShown(), {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        own = not self.giver or self.giver == actor.login
        if own:
            found, self.giver_name = await queries.delegations(session, actor, at=now()), actor.name
        else:
            explained = await queries.explained(session, actor, self.giver, at=now())
            found, self.giver_name = explained.delegations, explained.row.name
        self.wearing = actor.stands_for is not None
        self.may_make = own or actor.may(Permission.WORK_HAND_OVER)
        self.rows = [_shown(one, actor, ends=self.may_make) for one in found]
        self.people = await self._may_stand_in(session, actor, actor.login if own else self.giver)

    async def _may_stand_in(self, session: AsyncSession, actor: Actor, giver: str) -> list[Choice]:
        person = await queries.person_of_login(session, giver)
        roles = person.roles if person else frozenset()
        found = await who_may_stand_in(session, roles, actor.unit_ids, at=now())
        return [Choice(one.login, f"{one.name}（{one.login}）") for one in found if one.login != giver]


def _shown(one: DelegationView, actor: Actor, *, ends: bool) -> DelegationShown:
    word, tone = STATES[one.state]
    return DelegationShown(
        id=str(one.id),
        giver=f"{one.from_name}（{one.from_login}）",
        taker=f"{one.to_name}（{one.to_login}）",
        period=f"{stamp(one.valid_from)} 至 {stamp(one.valid_until)}",
        reason=one.reason,
        state=one.state,
        word=word,
        tone=tone,
        mine=one.to_login == actor.login and one.state == "in_force",
        worn=one.worn,
        endable=one.state != "over" and (ends or actor.login in {one.from_login, one.to_login}),
    )


def _period_in(reading: Reading, at: datetime) -> tuple[datetime, datetime]:
    since = reading(moment_in, "since", label="开始时间") or at
    until = reading(moment_in, "until", label="结束时间")
    if until is None:
        reading.refuse("until", "请填写结束时间")
    return since, until or since
