"""The list of accounts with its counters, and the form of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Duty, Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import operations, queries
from domain.orgs.operations.initial import initial_password
from domain.orgs.queries import AccountState
from domain.orgs.schemas import AccountFilter, AccountRow, NewAccount
from state.clock import now
from state.inputs import Choice, Reading, as_form, text_in
from state.kit.listing import Col, Listing, ListState, Mark, Tile
from state.orgs.shapes import (
    TONES,
    RoleChoice,
    Told,
    area_choices,
    area_in,
    last_day,
    role_choices,
    roles_in,
    until_in,
)
from state.places import ACCOUNT_RIGHTS
from state.session import SignedInState

COUNTED = (AccountState.UNGRANTED, AccountState.LOCKED, AccountState.DISABLED, AccountState.IDLE, AccountState.EXPIRED)


async def _count(session: AsyncSession, actor: Actor, at: datetime) -> list[Tile]:
    counts = await queries.count_states(session, actor, at=at)
    return [Tile("", "全部", counts[""]), *(Tile(s.value, s.label, counts[s.value], TONES[s.value]) for s in COUNTED)]


async def _choices(session: AsyncSession, actor: Actor) -> dict[str, list[Choice]]:
    units = await queries.units_of_county(session, actor)
    return {
        "units": [Choice(unit.code, unit.name) for unit in units if unit.disabled_at is None],
        "roles": [Choice(role.code, role.name) for role in await queries.roles(session, actor)],
    }


def _marks(words: Sequence[str], tone: str = "gray") -> list[Mark]:
    return [Mark(word, f"plain {tone}") for word in words]


def _roles(one: AccountRow) -> list[Mark]:
    return _marks(one.roles) or _marks([f"拟授 {word}" for word in one.proposed], "orange")


def _state(one: AccountRow) -> list[Mark]:
    return [Mark(one.state_label, TONES.get(one.state, "gray")), *([Mark("受限", "yellow")] if one.restricted else [])]


def _href(one: AccountRow) -> str:
    return f"/account/{one.login}"


ACCOUNTS: Listing[AccountRow] = Listing(
    "accounts",
    "账号管理",
    queries.accounts,
    (
        Col("login", "账号", lambda one: one.login, link=_href, sort=True, phone="head"),
        Col("name", "姓名", lambda one: one.name, sort=True, phone="title"),
        Col("unit", "单位", lambda one: one.unit),
        Col("roles", "角色", lambda one: "、".join(one.roles) or f"拟授 {'、'.join(one.proposed)}", marks=_roles),
        Col("state", "状态", lambda one: "、".join(mark.text for mark in _state(one)), marks=_state, phone="tag"),
        Col("seen", "最近使用", lambda one: stamp(one.last_seen_at, "%Y-%m-%d") or "从未登录", sort=True),
        Col("until", "有效期至", lambda one: last_day(one.valid_until) or "长期", sort=True),
    ),
    key=lambda one: one.login,
    rights=ACCOUNT_RIGHTS,
    wanted=AccountFilter,
    href=_href,
    tone=lambda one: {"locked": "red", "ungranted": "orange", "disabled": "off"}.get(one.state, ""),
    count=_count,
    choices=_choices,
    views=frozenset({*TONES}),
    unit="个",
    none_yet=("还没有账号", "新增账号后，由安全管理员授权才能登录"),
    none_left="没有符合条件的账号",
)


class AccountListState(ListState, SignedInState):
    """One browser's list of accounts, and the form of a new one."""

    LISTING: ClassVar = ACCOUNTS
    roles: list[RoleChoice] = []
    areas: list[Choice] = []
    may_make: bool = False
    proposes: bool = False
    making: bool = False
    told: Told = Told()
    faults: dict[str, str] = {}

    @rx.event
    async def widen(self):
        """Drop all conditions, the counter's too."""
        self.filters, self.view, self.cleared = {}, "", self.cleared + 1
        await self._again()

    @rx.event
    async def ask_new(self):
        """Open the form of a new account."""
        async with self._acting() as (_, actor):
            _require_maker(actor)
            self._shut()
            self.making = True

    @rx.event
    async def close(self):
        """Close the open dialog and forget the password it showed."""
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Add the account and show its initial password once."""
        reading = Reading(as_form(form))
        password = initial_password(text_in(reading.form, "login"))
        try:
            async with self._acting() as (session, actor):
                _require_maker(actor)
                new = self._new_in(reading, password, actor)
                with reading.joined():
                    await operations.add_account(session, actor, new, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"login": refusal.message}
            return None
        self._shut()
        self.told = Told(new.login, new.name, password)
        return rx.toast.success("账号已建立，待安全管理员授权")

    def _new_in(self, reading: Reading, password: str, actor: Actor) -> NewAccount:
        given = reading.form
        unit = actor.unit_code if self.proposes else text_in(given, "unit", most=60)
        if unit and unit not in {choice.value for choice in self.choices["units"]}:
            reading.refuse("unit", "请从列表中选择")
        if not (wanted := roles_in(given, self.roles)):
            reading.refuse("roles", "请选择拟授的角色")
        return NewAccount(
            login=text_in(given, "login", most=80).strip(),
            name=text_in(given, "name", most=80).strip(),
            password=password,
            roles=wanted,
            unit_code=unit,
            area_path=reading.part(lambda form: area_in(form, self.areas)),
            valid_until=reading.part(until_in),
        )

    def _shut(self) -> None:
        self.making, self.told, self.faults = False, Told(), {}

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        self._shut()
        self.proposes = not actor.may(Permission.ACCOUNT_MANAGE)
        self.may_make = actor.may(Permission.ACCOUNT_MANAGE) or actor.may(Permission.ACCOUNT_PROPOSE)
        only = Duty.BUSINESS if self.proposes else None
        self.roles = role_choices(await queries.roles(session, actor), only=only)
        self.areas = area_choices(await areas.all_areas(session))


def require_opener(actor: Actor) -> None:
    """Refuse who has none of the rights that open the pages of accounts.

    :raises NotPermitted: neither administrator nor head of a unit
    """
    if not any(actor.may(right) for right in ACCOUNT_RIGHTS):
        actor.require(Permission.ACCOUNT_MANAGE)


def _require_maker(actor: Actor) -> None:
    if not actor.may(Permission.ACCOUNT_PROPOSE):
        actor.require(Permission.ACCOUNT_MANAGE)
    elif not actor.may(Permission.ACCOUNT_MANAGE) and not actor.unit_code:
        raise NotFound("您的账号没有所属单位，不能申请账号")
