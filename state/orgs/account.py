"""One account: what is settled about it, and what its administrator does with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.cases.operations import hand_over
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import operations, queries
from domain.orgs.operations.initial import initial_password
from domain.orgs.schemas import AccountChange, AccountDetail
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text, text_in, written_in
from state.orgs.accounts import require_opener
from state.orgs.leaving import left_in_words
from state.orgs.limits import limits_in_words
from state.orgs.shapes import AccountShown, Told, account_shown, area_choices, area_in, until_in
from state.session import SignedInState

MANAGED = ("change", "reset", "disable", "enable", "unlock")
MOST_UNITS = 10


@dataclass
class Facts:
    """What is settled about one account, as text."""

    units: str = ""
    area: str = ""
    area_path: str = ""
    reach: str = ""
    level: str = ""
    created: str = ""
    granted: str = ""
    locked: str = ""
    sessions: int = 0
    enabled: bool = True
    limits: list[str] = field(default_factory=list)
    placed_by: list[str] = field(default_factory=list)


class AccountState(SignedInState):
    """One browser's page of an account."""

    loading: bool = True
    found: bool = False
    one: AccountShown = AccountShown()
    facts: Facts = Facts()
    may_manage: bool = False
    may_grant: bool = False
    may_hand_over: bool = False
    mine: bool = False
    asking: str = ""
    stays: list[str] = []
    """What stays behind when the account is disabled, in words, each with its number."""
    units: list[Choice] = []
    more: list[Choice] = []
    areas: list[Choice] = []
    told: Told = Told()
    leaves: list[str] = []
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the account that the address names."""
        self.loading, self.found, self.one, self.facts = True, False, AccountShown(), Facts()
        self._shut()
        async with self._opening() as (session, actor):
            require_opener(actor)
            self.may_manage = actor.may(Permission.ACCOUNT_MANAGE)
            self.may_grant = actor.may(Permission.ROLE_GRANT)
            self.may_hand_over = actor.may(Permission.WORK_HAND_OVER)
            try:
                await self._read(session, actor, str(self.router.url.path).strip("/").split("/")[-1])
            except NotFound:
                self.found = False
        self.loading = False

    @rx.event
    async def renew(self):
        """Read the account again, after another part of the page changed it."""
        async with self._acting() as (session, actor):
            await self._read(session, actor, self.one.login)

    @rx.event
    async def ask(self, what: str):
        """Open one of the dialogs of `MANAGED`."""
        async with self._acting() as (session, actor):
            actor.require(Permission.ACCOUNT_MANAGE)
            if as_text(what) not in MANAGED:
                raise NotFound("没有这个操作")
            self._shut()
            await self._read(session, actor, self.one.login)
            if as_text(what) == "disable":
                left = await hand_over.left_behind(session, actor, self.one.login, at=now())
                self.stays = [f"{kind.label} {count} 件" for kind, count in left.counts.items() if count]
            self.leaves = await left_in_words(session, actor, self.one.login, at=now())
            self.asking = as_text(what)

    @rx.event
    async def close(self):
        """Close the open dialog and forget the password it showed."""
        async with self._acting():
            self._shut()

    @rx.event
    async def join(self, code: str):
        """Note one more unit in the open form."""
        async with self._acting():
            named = {choice.value: choice for choice in self.units}
            known = {choice.value for choice in self.more}
            if as_text(code) in named and as_text(code) not in known and len(self.more) < MOST_UNITS:
                self.more = [*self.more, named[as_text(code)]]

    @rx.event
    async def leave(self, code: str):
        """Take a further unit out of the open form."""
        async with self._acting():
            self.more = [choice for choice in self.more if choice.value != as_text(code)]

    @rx.event
    async def change(self, form: dict):
        """Change name, units, area and end of the account."""
        reading = Reading(as_form(form))

        async def act(session: AsyncSession, actor: Actor) -> None:
            wanted = self._change_in(reading)
            with reading.joined():
                await operations.change_account(session, actor, self.one.login, wanted, at=now())

        return await self._done(act, "账号已修改")

    @rx.event
    async def reset_password(self):
        """Give the account a new initial password and show it once."""
        password, login, name = initial_password(self.one.login), self.one.login, self.one.name

        async def act(session: AsyncSession, actor: Actor) -> None:
            await operations.reset_password(session, actor, login, password, at=now())

        answer = await self._done(act, "密码已重置，所有登录已退出")
        if not self.faults:
            self.told = Told(login, name, password)
        return answer

    @rx.event
    async def disable(self, form: dict):
        """Disable the account and end its sessions."""
        given = as_form(form)

        async def act(session: AsyncSession, actor: Actor) -> None:
            reason = written_in(given, "reason", label="原因", most=200)
            await operations.disable(session, actor, self.one.login, at=now(), reason=reason)

        return await self._done(act, "账号已停用，所有登录已退出")

    @rx.event
    async def enable(self):
        """Let a disabled account sign in again."""

        async def act(session: AsyncSession, actor: Actor) -> None:
            await operations.enable(session, actor, self.one.login, at=now())

        return await self._done(act, "账号已启用")

    @rx.event
    async def unlock(self):
        """Lift the lock of failed sign-ins."""

        async def act(session: AsyncSession, actor: Actor) -> None:
            await operations.unlock(session, actor, self.one.login, at=now())

        return await self._done(act, "账号已解锁")

    async def _done(self, act: Callable[[AsyncSession, Actor], Awaitable[None]], word: str) -> object:
        try:
            async with self._acting() as (session, actor):
                await act(session, actor)
                await self._read(session, actor, self.one.login)
        except Invalid as refusal:
            self.faults = refusal.fields or {"name": refusal.message}
            return None
        self._shut()
        return rx.toast.success(word)

    def _change_in(self, reading: Reading) -> AccountChange:
        until, unit = reading.part(until_in), text_in(reading.form, "unit", most=60)
        if unit and unit not in {choice.value for choice in self.units}:
            reading.refuse("unit", "请从列表中选择")
        return AccountChange(
            name=reading(written_in, "name", label="姓名", most=46),
            unit_code=unit,
            more_units=tuple(choice.value for choice in self.more if choice.value != unit),
            area_path=reading.part(lambda form: area_in(form, self.areas)),
            valid_until=until,
            forever=until is None,
        )

    def _shut(self) -> None:
        self.asking, self.stays, self.told, self.faults = "", [], Told(), {}

    async def _read(self, session: AsyncSession, actor: Actor, login: str) -> None:
        require_opener(actor)
        shown = await queries.account(session, actor, login, at=now())
        units = await queries.units_of_county(session, actor)
        held = {shown.row.unit_code, *(unit.code for unit in shown.more_units)}
        self.units = [Choice(u.code, u.name) for u in units if u.disabled_at is None or u.code in held]
        self.more = [Choice(unit.code, unit.name) for unit in shown.more_units]
        held_area = [Choice(shown.area_path, await areas.name_of(session, shown.area_path))] if shown.area_path else []
        known = area_choices(await areas.all_areas(session)) if self.may_manage else []
        # an area that was ended since then is kept until somebody chooses another
        self.areas = [*(one for one in held_area if one.value not in {c.value for c in known}), *known]
        self.one = account_shown(shown.row)
        area = await areas.name_of(session, shown.area_path)
        self.facts = _facts(shown, area)
        self.mine = actor.login == login
        self.found = True


def _facts(shown: AccountDetail, area: str) -> Facts:
    return Facts(
        units="、".join(unit.name for unit in shown.more_units),
        area=area,
        area_path=shown.area_path,
        reach=shown.reach.label,
        level=shown.field_level.label,
        created=stamp(shown.created_at),
        granted=stamp(shown.granted_at),
        locked=stamp(shown.locked_until),
        sessions=shown.sessions,
        enabled=shown.row.state != "disabled",
        limits=limits_in_words(shown),
        placed_by=list(shown.placed_by),
    )
