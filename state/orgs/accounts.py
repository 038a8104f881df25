"""The list of accounts with its counters, and the form of a new one."""

from __future__ import annotations

from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.kernel.actor import Actor
from domain.kernel.permissions import Duty, Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import operations, queries
from domain.orgs.operations.initial import initial_password
from domain.orgs.queries import AccountState
from domain.orgs.schemas import AccountFilter, NewAccount
from state.clock import now
from state.inputs import Choice, Reading, as_form, text_in
from state.kit.addressed import AddressedState, Asks
from state.orgs.shapes import (
    TONES,
    AccountShown,
    RoleChoice,
    Tile,
    Told,
    account_shown,
    area_choices,
    area_in,
    role_choices,
    roles_in,
    until_in,
)
from state.places import ACCOUNT_RIGHTS
from state.session import SignedInState


class AccountListState(AddressedState, SignedInState):
    """One browser's list of accounts."""

    # names are searched by: what is typed stays out of the address
    ASKS: ClassVar[Asks] = Asks(open=("unit", "role"), personal=("text",), views=frozenset({*TONES}))
    loading: bool = True
    rows: list[AccountShown] = []
    tiles: list[Tile] = []
    units: list[Choice] = []
    roles: list[RoleChoice] = []
    areas: list[Choice] = []
    may_make: bool = False
    proposes: bool = False
    own_unit: str = ""
    making: bool = False
    told: Told = Told()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the list that the address asks for."""
        self.loading, self.rows = True, []
        self._open_address()
        self._shut()
        async with self._opening() as (session, actor):
            require_opener(actor)
            self.proposes = not actor.may(Permission.ACCOUNT_MANAGE)
            self.may_make = actor.may(Permission.ACCOUNT_MANAGE) or actor.may(Permission.ACCOUNT_PROPOSE)
            self.own_unit = actor.unit_code
            await self._choices(session, actor)
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event
    async def renew(self):
        """Read the list again and leave what is searched and chosen as it is."""
        await self._again(self._cursor)

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
        if unit and unit not in {choice.value for choice in self.units}:
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

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        require_opener(actor)
        at = now()
        wanted = AccountFilter(
            text=self.filters.get("text", ""),
            unit_code=self.filters.get("unit", ""),
            role=self.filters.get("role", ""),
            state=self.view,
        )
        found = await self._page_of(
            lambda cursor: queries.accounts(session, actor, wanted, at=at, cursor=cursor, size=self.size)
        )
        self.rows = [account_shown(row) for row in found.items]
        self.filtered = bool(self.filters or self.view)
        counts = await queries.count_states(session, actor, at=at)
        kinds = [("", "全部", "blue"), *((s.value, s.label, TONES[s.value]) for s in _COUNTED)]
        self.tiles = [Tile(view, label, counts.get(view, 0), tone) for view, label, tone in kinds]

    async def _choices(self, session: AsyncSession, actor: Actor) -> None:
        units = await queries.units_of_county(session, actor)
        self.units = [Choice(unit.code, unit.name) for unit in units if unit.disabled_at is None]
        only = Duty.BUSINESS if self.proposes else None
        self.roles = role_choices(await queries.roles(session, actor), only=only)
        self.areas = area_choices(await areas.all_areas(session))


_COUNTED = (AccountState.UNGRANTED, AccountState.LOCKED, AccountState.DISABLED, AccountState.IDLE, AccountState.EXPIRED)


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
