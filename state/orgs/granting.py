"""The dialogs of the security administrator on one account: its roles, what is taken from it, its second factor."""

from __future__ import annotations

import reflex as rx

from domain.kernel.permissions import Duty, Permission
from domain.kernel.refusals import Invalid
from domain.orgs import operations, queries
from domain.orgs.schemas import Restriction
from state.clock import now
from state.inputs import as_form, as_text, flag_in
from state.orgs.account import AccountState
from state.orgs.leaving import left_in_words
from state.orgs.limits import Box, action_boxes, permission_boxes, place_boxes, ticked
from state.orgs.shapes import RoleChoice, role_choices, roles_in
from state.session import SignedInState


class GrantState(SignedInState):
    """One browser's open dialog of roles or restrictions."""

    login: str = ""
    name: str = ""
    asking: str = ""
    proposed: list[str] = []
    roles: list[RoleChoice] = []
    rights: list[Box] = []
    steps: list[Box] = []
    places: list[Box] = []
    read_only: bool = False
    leaves: list[str] = []
    faults: dict[str, str] = {}

    @rx.event
    async def ask(self, what: str, login: str):
        """Open the roles ("grant"), restrictions ("restrict") or second factor ("factor")."""
        async with self._acting() as (session, actor):
            actor.require(Permission.ROLE_GRANT)
            shown = await queries.account(session, actor, as_text(login), at=now())
            self._shut()
            held = shown.role_codes or shown.proposed_codes
            self.roles = role_choices(await queries.roles(session, actor), held)
            self.proposed = [] if shown.role_codes else list(shown.row.proposed)
            self.rights = permission_boxes(shown.denied, (Duty.BUSINESS,))
            self.steps, self.places = action_boxes(shown.barred_actions), place_boxes(shown.barred_places)
            self.read_only = shown.read_only
            self.login, self.name = shown.row.login, shown.row.name
            self.leaves = await left_in_words(session, actor, shown.row.login, at=now())
            self.asking = as_text(what) if as_text(what) in {"restrict", "factor"} else "grant"

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def grant(self, form: dict):
        """Put the ticked roles on the account in place of those it has."""
        codes = roles_in(as_form(form), self.roles)
        try:
            async with self._acting() as (session, actor):
                await operations.grant_roles(session, actor, self.login, codes, at=now())
        except Invalid as refusal:
            self.faults = refusal.fields or {"roles": refusal.message}
            return None
        self._shut()
        return [rx.toast.success("角色已授予" if codes else "角色已全部收回"), AccountState.renew]

    @rx.event
    async def restrict(self, form: dict):
        """Take exactly what was ticked from the account."""
        given = as_form(form)
        wanted = Restriction(
            denied=ticked(given, self.rights),
            barred_actions=ticked(given, self.steps),
            barred_places=ticked(given, self.places),
            read_only=flag_in(given, "read_only"),
        )
        try:
            async with self._acting() as (session, actor):
                await operations.restrict(session, actor, self.login, wanted, at=now())
        except Invalid as refusal:
            self.faults = refusal.fields or {"denied": refusal.message}
            return None
        self._shut()
        return [rx.toast.success("账号限制已保存，立即生效"), AccountState.renew]

    @rx.event
    async def reset_factor(self):
        """Take the second factor from an account whose person lost it."""
        async with self._acting() as (session, actor):
            await operations.reset_second_factor(session, actor, self.login, at=now())
        self._shut()
        return [rx.toast.success("动态口令已重置，本人下次登录须重新设置"), AccountState.renew]

    def _shut(self) -> None:
        self.asking, self.faults = "", {}
