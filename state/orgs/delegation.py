"""Standing in for one another: one's own delegations, and those a head sets for the people of the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound
from domain.orgs import operations, queries
from domain.orgs.queries.colleagues import who_may_stand_in
from domain.orgs.schemas import DelegationView
from state.clock import now
from state.inputs import Choice, as_text
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.session import SignedInState

STATES = {"coming": ("未开始", "blue"), "in_force": ("代理中", "green"), "over": ("已结束", "gray")}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelegation:
    to: Annotated[str, Ask("代理人", choices="people", hint="同单位、同一职责的同事")]
    reason: Annotated[str, Ask("事由", example="例如：年休假", most=100)]
    since: Annotated[datetime | None, Ask("开始时间", hint="留空为现在")] = None
    until: Annotated[datetime, Ask("结束时间", hint="最长 90 天")]


async def _seen(
    session: AsyncSession, actor: Actor, giver: str, at: datetime
) -> tuple[str, tuple[DelegationView, ...]]:
    """Give the name of an account and its delegations; without a login one's own."""
    if giver in {"", actor.login}:
        return actor.name, await queries.delegations(session, actor, at=at)
    explained = await queries.explained(session, actor, giver, at=at)
    return explained.row.name, explained.delegations


async def _begun(session: AsyncSession, actor: Actor, giver: str) -> Asked:
    name, _ = await _seen(session, actor, giver, now())
    return Asked(says=[f"代理期间，代理人可切换为 {name} 的身份查看和办理；办理记录写明实际办理人。"])


async def _people(session: AsyncSession, actor: Actor, giver: str) -> Mapping[str, Sequence[Choice]]:
    person = await queries.person_of_login(session, giver or actor.login)
    found = await who_may_stand_in(session, person.roles if person else frozenset(), actor.unit_ids, at=now())
    others = [one for one in found if one.login != (giver or actor.login)]
    return {"people": [Choice(one.login, f"{one.name}（{one.login}）") for one in others]}


async def _ending(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.delegation(session, actor, id_of(key), at=now())
    return Asked(says=[f"结束后，{_taker(one)} 立即不能再以 {_giver(one)} 的身份办理。"])


async def _make(session: AsyncSession, actor: Actor, giver: str, given: NewDelegation, at: datetime) -> UUID:
    since = given.since or at
    until = given.until or since  # what could not be read is refused as well
    return await operations.delegate(session, actor, given.to, since, until, given.reason, at=at, from_login=giver)


async def _end(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> None:
    await operations.end_delegation(session, actor, id_of(key), at=at)


def _giver(one: DelegationView) -> str:
    return f"{one.from_name}（{one.from_login}）"


def _taker(one: DelegationView) -> str:
    return f"{one.to_name}（{one.to_login}）"


@dataclass
class DelegationShown:
    """One delegation as text; `mine` when the person may act by it."""

    id: str = ""
    giver: str = ""
    taker: str = ""
    period: str = ""
    reason: str = ""
    word: str = ""
    tone: str = ""
    mine: bool = False
    endable: bool = False


class DelegationState(DialogState, SignedInState):
    """One browser's delegations: its person's own, or, on the page of an account, that account's."""

    DIALOGS: ClassVar = {
        "new": Dialog(
            "设置代理", _make, "代理已设置，代理人在“我的账号”切换身份后办理", None, NewDelegation, "设置",
            fill=_begun, choices=_people,
        ),
        "end": Dialog("结束代理", _end, "代理已结束", None, word="确认结束", fill=_ending),
    }  # fmt: skip
    loaded: bool = False
    giver: str = ""
    rows: list[DelegationShown] = []
    wearing: bool = False
    may_make: bool = True

    @rx.event
    async def load(self):
        """Read the person's own delegations, given and received."""
        await self._load("")

    @rx.event
    async def load_of(self):
        """Read the delegations of the account that the address names."""
        await self._load(str(self.router.url.path).strip("/").split("/")[-1])

    async def _load(self, giver: str) -> None:
        self.loaded, self.giver, self.rows = False, giver, []
        try:
            async with self._acting() as (session, actor):
                await self._read(session, actor)
            self.loaded = True
        except NotFound:
            self.giver = ""  # the page itself says that there is no such account

    @rx.event
    async def wear(self, delegation_id: str):
        """Act by a delegation from now on, in this sign-in, beginning at the landing page."""
        async with self._acting() as (session, actor):
            await operations.wear(session, actor, id_of(as_text(delegation_id)), at=now())
        return rx.redirect("/")

    @rx.event
    async def take_off(self):
        """Act as oneself again, beginning at the landing page."""
        async with self._acting() as (session, actor):
            await operations.wear(session, actor, None, at=now())
        return rx.redirect("/")

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        _, found = await _seen(session, actor, self.giver, now())
        self.wearing = actor.stands_for is not None
        self.may_make = self.giver in {"", actor.login} or actor.may(Permission.WORK_HAND_OVER)
        self.rows = [_shown(one, actor, ends=self.may_make) for one in found]


def _shown(one: DelegationView, actor: Actor, *, ends: bool) -> DelegationShown:
    return DelegationShown(
        str(one.id),
        _giver(one),
        _taker(one),
        f"{stamp(one.valid_from)} 至 {stamp(one.valid_until)}",
        one.reason,
        *STATES[one.state],
        mine=one.to_login == actor.login and one.state == "in_force" and not one.worn,
        endable=one.state != "over" and (ends or actor.login in {one.from_login, one.to_login}),
    )
