"""Roles, who waits for one, and the form of a role that the county makes for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.permissions import DUTIES, Duty, FieldLevel, Permission, Reach, Role, duty_of
from domain.kernel.refusals import Invalid, NotFound, Refusal
from domain.orgs import operations, queries
from domain.orgs.queries import AccountState
from domain.orgs.schemas import AccountFilter, RoleInput, RoleView
from state.clock import now
from state.inputs import Reading, as_form, as_text, flag_in, text_in, word_in, written_in
from state.orgs.limits import Box, action_boxes, action_label, permission_boxes, place_boxes, place_label, ticked
from state.orgs.shapes import AccountShown, account_shown
from state.session import SignedInState

MOST_WAITING = 200
"""Accounts shown as waiting at once; each is granted in an act of its own."""


@dataclass
class RoleShown:
    """One role as a row, and as the values of its form."""

    code: str = ""
    name: str = ""
    duty: str = ""
    acts_as: str = ""
    acts_as_label: str = ""
    built_in: bool = True
    reach: str = ""
    reach_label: str = ""
    level: str = ""
    level_label: str = ""
    read_only: bool = False
    accounts: int = 0
    note: str = ""
    limits: str = ""
    href: str = ""


@dataclass
class MatrixRow:
    """One permission and whether each role grants it, in the order of the roles."""

    label: str = ""
    group: str = ""
    first: bool = False
    cells: list[bool] = field(default_factory=list)


@dataclass
class Granted:
    """What came of one account of a bulk grant; `why` is empty when it went well."""

    login: str = ""
    name: str = ""
    roles: str = ""
    why: str = ""


class RolesState(SignedInState):
    """One browser's page of roles."""

    loading: bool = True
    roles: list[RoleShown] = []
    matrix: list[MatrixRow] = []
    waiting: list[AccountShown] = []
    selected: list[str] = []
    results: list[Granted] = []
    asked: RoleShown = RoleShown()
    editing: bool = False
    fresh: bool = False
    ending: RoleShown = RoleShown()
    rights: list[Box] = []
    steps: list[Box] = []
    places: list[Box] = []
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the roles."""
        self.loading = True
        self.selected, self.results = [], []
        self._shut()
        async with self._opening() as (session, actor):
            await self._read(session, actor)
        self.loading = False

    @rx.event
    async def select(self, login: str):
        """Mark or unmark an account that waits."""
        async with self._acting():
            known = {row.login for row in self.waiting}
            chosen = set(self.selected) ^ ({as_text(login)} & known)
            self.selected = [row.login for row in self.waiting if row.login in chosen]

    @rx.event
    async def select_all(self):
        """Mark all accounts that wait, or none."""
        async with self._acting():
            everything = [row.login for row in self.waiting]
            self.selected = [] if len(self.selected) == len(everything) else everything

    @rx.event
    async def grant(self):
        """Grant each marked account what was asked for, each in an act of its own."""
        self.results = [
            Granted(row.login, row.name, "、".join(row.proposed), await self._grant_one(row.login))
            for row in self.waiting
            if row.login in self.selected
        ]
        self.selected = []
        async with self._acting() as (session, actor):
            await self._read(session, actor)

    async def _grant_one(self, login: str) -> str:
        # What was asked for is read afresh: it may have changed since the list was drawn.
        try:
            async with self._acting() as (session, actor):
                actor.require(Permission.ROLE_GRANT)
                shown = await queries.account(session, actor, login, at=now())
                if not shown.proposed_codes:
                    return "没有拟授的角色，请打开账号逐个授权"
                await operations.grant_roles(session, actor, login, shown.proposed_codes, at=now())
        except Refusal as refusal:
            return refusal.message
        return ""

    @rx.event
    async def copy(self, code: str):
        """Open the form of a new role, filled from another one."""
        await self._open(code, fresh=True)

    @rx.event
    async def ask(self, code: str):
        """Open the form of a custom role."""
        await self._open(code, fresh=False)

    async def _open(self, code: object, *, fresh: bool) -> None:
        async with self._acting() as (session, actor):
            actor.require(Permission.ROLE_GRANT)
            one = _of(await queries.roles(session, actor), as_text(code))
            if one.built_in and not fresh:
                raise NotFound("内置角色不能修改，请复制后修改副本")
            self._shut()
            self.asked = _shown(one)
            if fresh:
                self.asked.code, self.asked.name = "", f"{one.name}（副本）"[:20]
            self.rights = permission_boxes([right.value for right in one.permissions], (one.duty,))
            self.steps = action_boxes(one.barred_actions)
            self.places = place_boxes(one.barred_places)
            self.editing, self.fresh = True, fresh

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()
            self.results = []

    @rx.event
    async def save(self, form: dict):
        """Make the role of the form, or change the one that is open."""
        reading = Reading(as_form(form))
        try:
            async with self._acting() as (session, actor):
                wanted = self._role_in(reading)
                with reading.joined():
                    await self._require_new_code(session, actor, wanted.code)
                    await operations.set_role(session, actor, wanted, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"name": refusal.message}
            return None
        self._shut()
        return rx.toast.success("角色已保存，持有它的账号立即生效")

    async def _require_new_code(self, session: AsyncSession, actor: Actor, code: str) -> None:
        # Saving a copy must never change a role that exists already.
        if self.fresh and code in {role.code for role in await queries.roles(session, actor)}:
            raise Invalid.of({"code": "角色代码已存在"})

    def _role_in(self, reading: Reading) -> RoleInput:
        given = reading.form
        if not self.editing:
            raise Invalid.of({"name": "请重新打开角色"})
        acts_as = Role(self.asked.acts_as)
        business = duty_of(acts_as) is Duty.BUSINESS
        return RoleInput(
            code=text_in(given, "code", most=40).strip() if self.fresh else self.asked.code,
            name=reading(written_in, "name", label="名称", most=40),
            acts_as=acts_as,
            permissions=ticked(given, self.rights),
            reach=reading(word_in, "reach", Reach, Reach.NONE) if business else Reach.NONE,
            field_level=reading(word_in, "level", FieldLevel, FieldLevel.HIDDEN) if business else FieldLevel.HIDDEN,
            barred_actions=ticked(given, self.steps),
            barred_places=ticked(given, self.places),
            read_only=flag_in(given, "read_only"),
            note=reading(written_in, "note", label="说明", most=200),
        )

    @rx.event
    async def ask_end(self, code: str):
        """Ask once before a custom role is ended."""
        async with self._acting() as (session, actor):
            actor.require(Permission.ROLE_GRANT)
            one = _of(await queries.roles(session, actor), as_text(code))
            if one.built_in:
                raise NotFound("内置角色不能停用")
            self._shut()
            self.ending = _shown(one)

    @rx.event
    async def end(self):
        """End the custom role that was asked about."""
        async with self._acting() as (session, actor):
            await operations.end_role(session, actor, self.ending.code, at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("角色已停用")

    def _shut(self) -> None:
        self.editing, self.fresh, self.asked, self.ending, self.faults = False, False, RoleShown(), RoleShown(), {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.ROLE_GRANT)
        found = await queries.roles(session, actor)
        self.roles = [_shown(one) for one in found]
        self.matrix = _matrix(found)
        wanted = AccountFilter(view=AccountState.UNGRANTED.value)
        waiting = await queries.accounts(session, actor, wanted, at=now(), size=MOST_WAITING)
        self.waiting = [account_shown(row) for row in waiting.items]


def reaches() -> list[tuple[str, str]]:
    """Give the data scopes for a select."""
    return [(one.value, one.label) for one in Reach]


def levels() -> list[tuple[str, str]]:
    """Give the field levels for a select."""
    return [(one.value, one.label) for one in FieldLevel]


def _of(roles: Sequence[RoleView], code: str) -> RoleView:
    found = next((one for one in roles if one.code == code), None)
    if found is None:
        raise NotFound("没有这个角色")
    return found


def _shown(one: RoleView) -> RoleShown:
    limits = [*(action_label(word) for word in one.barred_actions), *(place_label(href) for href in one.barred_places)]
    return RoleShown(
        code=one.code,
        name=one.name,
        duty=one.duty.label,
        acts_as=one.acts_as.value,
        acts_as_label=one.acts_as.label,
        built_in=one.built_in,
        reach=one.reach.value,
        reach_label=one.reach.label,
        level=one.field_level.value,
        level_label=one.field_level.label,
        read_only=one.read_only,
        accounts=one.accounts,
        note=one.note,
        limits="、".join(limits),
        href=f"/accounts?role={one.code}",
    )


def _matrix(roles: Sequence[RoleView]) -> list[MatrixRow]:
    rows: list[MatrixRow] = []
    for duty in Duty:
        for one in Permission:
            if next(d for d in Duty if d in DUTIES[one]) is duty:
                first = not rows or rows[-1].group != duty.label
                rows.append(MatrixRow(one.label, duty.label, first, [one in role.permissions for role in roles]))
    return rows
