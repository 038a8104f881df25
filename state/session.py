"""Who is signed in: the base of every state that reads or changes business data.

The session lives in an HttpOnly cookie that the socket's handshake carries. Each handler
asks the database afresh who that is; nothing in the browser is believed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import queries as audit
from domain.cases.queries import views
from domain.kernel.actor import Actor, in_stead
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, NotPermitted, NotSignedIn
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.models import SessionKind
from state import refusing
from state.clock import now

COOKIE, HOST_COOKIE = "fq_session", "__Host-fq_session"
"""The session's cookie inside the product and over plain HTTP, and its name over TLS: the browser then takes and
sends it for this one host and by TLS alone. The edge lets it in by the first name, if it came by the one that fits."""


def secret_in(cookie_header: str) -> str:
    """Read the session secret out of a Cookie header; empty when there is none."""
    try:
        found = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


@dataclass
class Me:
    """What the frame shows of the signed-in person."""

    name: str = ""
    initial: str = ""
    login: str = ""
    unit: str = ""
    role: str = ""
    watermark: str = ""
    stands_for: str = ""
    centre: str = ""
    """The name of the centre, a unit that an administrator names."""


@dataclass
class Entry:
    """One entry of the navigation."""

    label: str = ""
    href: str = ""
    icon: str = ""
    group: str = ""
    count: int = 0
    first: bool = False


@dataclass(frozen=True)
class Place:
    """One place of the product: who may open it and what number stands beside it."""

    label: str
    href: str
    icon: str
    group: str
    permission: Permission | None
    view: str = ""
    roles: tuple[Role, ...] = ()
    rights: tuple[Permission, ...] = ()
    """Several rights of which one is enough."""

    def open_to(self, actor: Actor) -> bool:
        """Tell whether a person may open the place: by a right, or else by a role."""
        if self.href in actor.barred_places:
            return False
        if self.rights:
            return any(actor.may(right) for right in self.rights)
        return actor.may(self.permission) if self.permission else actor.has(*self.roles)


ACCOUNT_RIGHTS = (
    Permission.ACCOUNT_MANAGE,
    Permission.ROLE_GRANT,
    Permission.ACCOUNT_PROPOSE,
    Permission.WORK_HAND_OVER,
)
"""Rights of which one opens the pages of accounts: all accounts, or those of the own unit."""
PLACES: tuple[Place, ...] = (
    Place("来访登记", "/visits", "card", "接待", Permission.VISIT_REGISTER),
    Place("诉求登记", "/cases/new", "plus", "接待", Permission.CASE_CREATE),
    Place("我的待办", "/todo", "inbox", "工作台", Permission.CASE_WORK, view="todo"),
    Place("案件台账", "/cases", "list", "工作台", Permission.CASE_VIEW),
    Place("超期预警", "/overdue", "alarm", "工作台", Permission.CASE_VIEW, view="overdue"),
    Place("办理流程", "/processes", "branch", "配置", Permission.ARRANGE),
    Place("时限规则", "/limits", "clock", "配置", Permission.ARRANGE),
    Place("类别用词", "/category-words", "search", "配置", Permission.ARRANGE),
    Place("工作日历", "/calendar", "rows", "配置", Permission.ARRANGE),
    Place("单位管理", "/units", "building", "组织与账号", Permission.UNIT_MANAGE),
    Place("区划管理", "/areas", "branch", "组织与账号", Permission.AREA_MANAGE),
    Place("账号管理", "/accounts", "user", "组织与账号", None, rights=ACCOUNT_RIGHTS),
    Place("角色与授权", "/roles", "shield", "组织与账号", Permission.ROLE_GRANT),
    Place("安全策略", "/security", "lock", "组织与账号", Permission.POLICY_MANAGE),
    Place("字段策略", "/field-policy", "eye", "安全", Permission.POLICY_MANAGE),
    Place("保存期限", "/retention", "clock", "安全", Permission.RETENTION_MANAGE),
    Place("审计日志", "/journal", "list", "审计", Permission.JOURNAL_AUDIT),
    Place("告警", "/alarms", "warn", "审计", Permission.JOURNAL_AUDIT, view="alarms"),
)


class SignedInState(rx.State):
    """The signed-in person and the navigation; parent of every room's state."""

    me: Me = Me()
    entries: list[Entry] = []
    here: str = ""
    barred: bool = False
    _owner: str = ""

    def _tab(self) -> str:
        """Which tab of the browser this is: what is typed in it is its own."""
        return self.router.session.client_token

    @asynccontextmanager
    async def _acting(self, *, touch: bool = True, opening: bool = False) -> AsyncGenerator[tuple[AsyncSession, Actor]]:
        """Open one unit of work for the signed-in person.

        A page that only follows goes without `touch`: left open, it must not keep its session alive. One that is
        `opening` draws its frame anew; any other acts as the person that its frame shows.

        :raises NotSignedIn: the session is unknown, over, or its account disabled
        :raises ActionNotAllowed: whoever was acted for on this page is not acted for any more, or only now
        """
        at = now()
        headers = self.router.headers
        secret, actor = secret_in(headers.cookie), None
        try:
            async with unit_of_work() as session:
                actor = await org_queries.actor_of(session, secret, SessionKind.BROWSER, at=at, origin=self._origin())
                if actor is None:
                    raise NotSignedIn("登录已失效，请重新登录")
                if touch and not opening:
                    self._require_same_person(actor)
                if touch:
                    await orgs.touch(session, secret, SessionKind.BROWSER, at=at)
                yield session, actor
        except NotPermitted:
            if actor is not None:
                await refusing.note(actor, f"页面 {self.__class__.__name__}", at=at)
            raise

    @asynccontextmanager
    async def _opening(self) -> AsyncGenerator[tuple[AsyncSession, Actor]]:
        """Open a page: one unit of work, the frame drawn, the body refused by a panel.

        A `NotPermitted` raised in the body ends the body and bars the page (`barred`): the frame
        shows a panel in place of the content. What comes after the body still runs.

        :raises NotSignedIn: see `_acting`
        """
        self.barred = False
        try:
            async with self._acting(opening=True) as (session, actor):
                await self._frame(session, actor, opening=True)
                self._require_place(actor)
                yield session, actor
        except NotPermitted:
            self.barred, self.here = True, ""

    def _require_same_person(self, actor: Actor) -> None:
        # A delegation may begin or end while a page is open: what was meant in one's stead is not done as another.
        shown, present = self.me.stands_for, actor.stands_for_name if actor.stands_for else ""
        if not self.me.login or shown == present:
            return
        self.me = replace(self._me(actor), centre=self.me.centre)
        if present:
            raise ActionNotAllowed(f"您已在另一页面切换为代{present}办理，刚才的操作没有进行；请核对后再办")
        raise ActionNotAllowed(f"代{shown}的代理已结束，您现在以本人身份办理，刚才的操作没有进行；请核对后再办")

    def _require_place(self, actor: Actor) -> None:
        here = "/" + str(self.router.url.path).strip("/")
        if here in actor.barred_places:
            raise NotPermitted("您的账号不能使用这个菜单")

    def _origin(self) -> str:
        return f"{self.router.session.client_ip} 浏览器"

    async def _frame(self, session: AsyncSession, actor: Actor, *, opening: bool = False) -> None:
        """Renew the person and the counts of the navigation.

        Only a page that is `opening` shows another person than before: see `_require_same_person`.
        """
        me = replace(self._me(actor), centre=await org_queries.centre_name(session))
        other = bool(self.me.login) and self.me.stands_for != me.stands_for
        if opening or not other:
            self._put_name_up(me)
        entries = await self._places(session, actor)
        if entries != self.entries:
            self.entries = entries

    def _put_name_up(self, me: Me) -> None:
        if replace(self.me, watermark="") != replace(me, watermark=""):
            self.me = me

    def _me(self, actor: Actor) -> Me:
        return Me(
            name=in_stead(actor.name, actor.stands_for_name if actor.stands_for else ""),
            initial=actor.name[:1],
            login=actor.login,
            unit=actor.unit_name,
            role="、".join(role.label for role in sorted(actor.roles)),
            watermark=f"{actor.name} {actor.login} {stamp(now())}",
            stands_for=actor.stands_for_name if actor.stands_for else "",
        )

    async def _places(self, session: AsyncSession, actor: Actor) -> list[Entry]:
        counts = await views.count_views(session, actor, ("todo", "overdue"), at=now())
        counts["alarms"] = await audit.count_open(session, actor)
        found: list[Entry] = []
        for place in PLACES:
            if place.open_to(actor):
                first = not found or found[-1].group != place.group
                count = counts.get(place.view, 0)
                found.append(Entry(place.label, place.href, place.icon, place.group, count, first))
        return found


class LandingState(SignedInState):
    """The front door: it leads each person to where the day's work is."""

    stays: bool = False

    @rx.event
    async def go(self):
        """Lead a person to the landing page of the role."""
        async with self._acting(opening=True) as (session, actor):
            await self._frame(session, actor, opening=True)
            self.here = "/"
            where = landing(actor)
        self.stays = not where
        if where:
            return rx.redirect(where)
        return None


_LANDINGS: tuple[tuple[Role, str], ...] = (
    (Role.GUIDE, "/visits"),
    (Role.REGISTRAR, "/cases/new"),
    (Role.CENTER_ADMIN, "/todo"),
    (Role.OFFICER, "/todo"),
    (Role.DEPARTMENT_HEAD, "/cases"),
    (Role.LEADER, "/todo"),
    (Role.STATION, "/cases"),
    (Role.VIEWER, "/cases"),
    (Role.SYSADMIN, "/accounts"),
    (Role.SECADMIN, "/roles"),
    (Role.AUDITOR, "/journal"),
)


def landing(actor: Actor) -> str:
    """Tell where a person lands after signing in; empty for those without a desk yet."""
    if actor.unproven:
        return "/me"
    return next((where for role, where in _LANDINGS if role in actor.roles), "")
