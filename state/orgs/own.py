"""One's own account: password, second factor, recovery codes, sessions, last sign-ins.

Whoever has yet to prove something is led here and can use nothing else (`app.guard`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import Invalid, Refusal
from domain.orgs import operations, policy_values, queries, rules
from state import qr
from state.clock import now
from state.inputs import as_form, as_text, text_in
from state.session import SignedInState

_SECRETS = {"old": "请填写原密码", "new": "请填写新密码", "again": "请再次输入新密码"}


@dataclass
class OwnSessionShown:
    """One open session as text."""

    id: str = ""
    where: str = ""
    kind: str = ""
    way: str = ""
    since: str = ""
    seen: str = ""
    this: bool = False


@dataclass
class SignInShown:
    """One past sign-in as text."""

    at: str = ""
    where: str = ""
    what: str = ""
    tone: str = ""
    note: str = ""


@dataclass
class Protection:
    """How the account is protected."""

    factor: bool = False
    since: str = ""
    codes_left: int = 0
    needed: bool = False
    password_at: str = ""
    must_change: bool = False
    rule: str = ""


@dataclass
class Enrolling:
    """A second factor that waits for its first code."""

    secret: str = ""
    path: str = ""
    box: str = "0 0 1 1"


@dataclass
class Provider:
    """Another way to sign in, and whether the account is linked to it."""

    name: str = ""
    label: str = ""
    href: str = ""
    linked: bool = False


_OFFERED: dict[str, str] = {}


def offer(providers: Mapping[str, str]) -> None:
    """Set which providers there are beside the password, label by name."""
    _OFFERED.clear()
    _OFFERED.update(providers)


class OwnState(SignedInState):
    """One browser's page of the own account."""

    loaded: bool = False
    unproven: str = ""
    notice: str = ""
    protection: Protection = Protection()
    sessions: list[OwnSessionShown] = []
    past: list[SignInShown] = []
    providers: list[Provider] = []
    enrolling: Enrolling = Enrolling()
    codes: list[str] = []
    codes_file: str = ""
    asking: str = ""
    """What a code is asked for: "remove" or "codes"."""
    password_form: int = 0
    password_done: bool = False
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the page."""
        async with self._opening() as (session, actor):
            self._shut()
            if not actor.unproven:
                self.enrolling, self.codes, self.codes_file, self.password_done = Enrolling(), [], "", False
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        self.unproven, self.notice = actor.unproven, rules.UNPROVEN.get(actor.unproven, "")
        found, values = await queries.own_security(session, actor), await policy_values.of(session)
        aged = f"，每 {values.password_days} 天更换一次" if values.password_days else ""
        self.protection = Protection(
            factor=found.enrolled_at is not None,
            since=stamp(found.enrolled_at) if found.enrolled_at else "",
            codes_left=found.recovery_codes,
            needed=found.needs_second_factor,
            password_at=stamp(found.password_at),
            must_change=found.must_change,
            rule=f"至少 {values.password_length} 位，含大写、小写、数字、符号中的 {values.password_kinds} 种{aged}",
        )
        self.providers = [
            Provider(name, label, f"/auth/sign-on/{name}?link=1", name in found.links)
            for name, label in _OFFERED.items()
        ]
        at = now()
        self.sessions = [
            OwnSessionShown(
                str(one.id), one.origin, one.kind.label, one.way, stamp(one.created_at), stamp(one.seen_at), one.this
            )
            for one in await queries.own_sessions(session, actor, at)
        ]
        self.past = [
            SignInShown(
                stamp(one.at), one.origin, one.what, "green" if one.fine else "red", "新地址" if one.new_address else ""
            )
            for one in await queries.own_sign_ins(session, actor)
        ]

    def _shut(self) -> None:
        self.asking, self.faults = "", {}

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def change_password(self, form: dict):
        """Change the password of the form."""
        given = as_form(form)
        new = text_in(given, "new", most=300)
        try:
            if missing := {name: asked for name, asked in _SECRETS.items() if not text_in(given, name)}:
                raise Invalid.of(missing)
            if new != text_in(given, "again", most=300):
                raise Invalid.of({"again": "两次输入的新密码不一致"})
            async with self._acting() as (session, actor):
                refusal = await operations.change_password(
                    session, actor, text_in(given, "old", most=300), new, at=now()
                )
            if refusal is not None:
                raise refusal
        except Invalid as refusal:
            self.faults = refusal.fields
            return None
        await self._again()
        self.password_form, self.password_done = self.password_form + 1, True
        return rx.toast.success("密码已修改，其他登录已结束")

    async def _again(self) -> None:
        async with self._acting() as (session, actor):
            self._shut()
            await self._read(session, actor)

    @rx.event
    async def begin(self):
        """Make a new secret and show it, as a picture and to type."""
        async with self._acting() as (session, actor):
            self._shut()
            made = await operations.begin_second_factor(session, actor, at=now())
        rows = qr.matrix(made.uri)
        spaced = " ".join(made.secret[place : place + 4] for place in range(0, len(made.secret), 4))
        self.enrolling = Enrolling(spaced, qr.path_of(rows), f"0 0 {len(rows)} {len(rows)}")

    @rx.event
    async def give_up(self):
        """Leave the second factor as it was."""
        async with self._acting():
            self._shut()
        self.enrolling = Enrolling()

    @rx.event
    async def confirm(self, form: dict):
        """Put the second factor in force and show the recovery codes."""
        try:
            async with self._acting() as (session, actor):
                shown = await operations.confirm_second_factor(
                    session, actor, text_in(as_form(form), "code", most=40), at=now()
                )
        except Invalid as refusal:
            self.faults = refusal.fields
            return
        self.enrolling = Enrolling()
        self._show(shown)
        await self._again()

    def _show(self, shown: tuple[str, ...]) -> None:
        self.codes = list(shown)
        self.codes_file = "data:text/plain;charset=utf-8," + quote(
            "枫桥备用码（每个只能用一次）\n" + "\n".join(shown) + "\n"
        )

    @rx.event
    async def kept(self):
        """Forget the recovery codes once their person has kept them."""
        async with self._acting():
            self.codes, self.codes_file = [], ""

    @rx.event
    async def ask(self, what: str):
        """Ask for a code before the second factor is removed or its recovery codes are renewed."""
        async with self._acting():
            self._shut()
            self.asking = as_text(what) if as_text(what) in {"remove", "codes"} else ""

    @rx.event
    async def send(self, form: dict):
        """Do what a code was asked for."""
        code, what, shown = text_in(as_form(form), "code", most=40), self.asking, ()
        refusal: Refusal | None = None
        async with self._acting() as (session, actor):
            if what == "remove":
                refusal = await operations.remove_second_factor(session, actor, code, at=now())
            elif what == "codes":
                shown, refusal = await operations.new_recovery_codes(session, actor, code, at=now())
        if refusal is not None:
            self.faults = refusal.fields or {"code": refusal.message}
            return None
        if shown:
            self._show(shown)
        await self._again()
        return rx.toast.success("动态口令已停用" if what == "remove" else "备用码已更换，旧的全部失效")

    @rx.event
    async def unlink(self, name: str):
        """Take away the link of the account to a provider."""
        async with self._acting() as (session, actor):
            await operations.unlink_own(session, actor, as_text(name)[:20], at=now())
            await self._read(session, actor)
        return rx.toast.success("已解除关联")

    @rx.event
    async def end(self, session_id: str):
        """End one of the own sessions."""
        async with self._acting() as (session, actor):
            known = {one.id for one in self.sessions if not one.this}
            if as_text(session_id) in known:
                await operations.end_session(session, actor, UUID(as_text(session_id)), at=now())
            await self._read(session, actor)
        return rx.toast.success("该登录已结束")

    @rx.event
    async def end_others(self):
        """End every session but this one."""
        async with self._acting() as (session, actor):
            count = await operations.end_other_sessions(session, actor, at=now())
            await self._read(session, actor)
        return rx.toast.success(f"已结束 {count} 个登录" if count else "没有其他登录")
