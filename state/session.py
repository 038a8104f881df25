"""Who is signed in: the base of every state that reads or changes business data.

The session lives in an HttpOnly cookie that the socket's handshake carries. Each handler
asks the database afresh who that is; nothing in the browser is believed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any, NoReturn

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries.reach import sees_like
from domain.kernel.actor import Actor, in_stead
from domain.kernel.clock import stamp
from domain.kernel.refusals import ActionNotAllowed, NotPermitted, NotSignedIn
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.models import SessionKind
from state import places, refusing
from state.clock import now
from state.kit.kept import Kept

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
    tab: bool = False


TABS = 5
"""A phone's bottom bar holds as many entries as a thumb can tell apart."""


@dataclass(frozen=True)
class ReadEarly:
    """What of a page was run before its socket came.

    :ivar at: the moment it began, of the clock that only goes forward
    :ivar events: names of the events whose handlers ran
    """

    address: str = ""
    at: float = 0.0
    events: frozenset[str] = frozenset()

    def without(self, event: str) -> ReadEarly:
        """Give what is left when one event was answered."""
        return replace(self, events=self.events - {event})


def _bar() -> NoReturn:
    raise NotPermitted("您没有查看这个页面的权限")


class _OutOfBounds:
    """Stands for what the body of a barred page asks for: whatever it asks, it learns that the page is barred."""

    def __getattr__(self, _name: str) -> Any:
        _bar()


_CENTRE: Kept[str] = Kept("unit")
_COUNTS: Kept[dict[str, int]] = Kept("case")


class SignedInState(rx.State):
    """The signed-in person and the navigation; parent of every room's state."""

    me: Me = Me()
    entries: list[Entry] = []
    here: str = ""
    opened: str = ""
    """The path of the page that was read last: before it is the browser's, its content is another page's."""
    barred: bool = False
    _owner: str = ""
    _read_early: ReadEarly = ReadEarly()
    _begun: float = 0.0

    def _tab(self) -> str:
        """Which tab of the browser this is: what is typed in it is its own."""
        return self.router.session.client_token

    @asynccontextmanager
    async def _acting(
        self, *, touch: bool = True, opening: bool = False, known: Actor | None = None
    ) -> AsyncGenerator[tuple[AsyncSession, Actor]]:
        """Open one unit of work for the signed-in person.

        A page that only follows goes without `touch`: left open, it must not keep its session alive. One that is
        `opening` draws its frame anew; any other acts as the person that its frame shows. Who is `known` a page that
        follows may say (`state/kit/following`), nobody else.

        :raises NotSignedIn: the session is unknown, over, or its account disabled
        :raises ActionNotAllowed: whoever was acted for on this page is not acted for any more, or only now
        """
        at = now()
        secret, actor = secret_in(self.router.headers.cookie), known
        try:
            async with unit_of_work() as session:
                if actor is None:
                    held = await org_queries.held(session, secret, SessionKind.BROWSER, at=at, origin=self._origin())
                    if held is None:
                        raise NotSignedIn("登录已失效，请重新登录")
                    actor = held.actor
                    if touch and not opening:
                        self._require_same_person(actor)
                    if touch and held.stale:
                        await orgs.touch(session, secret, SessionKind.BROWSER, at=at)
                yield session, actor
        except NotPermitted:
            if actor is not None:
                await refusing.note(actor, f"页面 {self.__class__.__name__}", at=at)
            raise

    @asynccontextmanager
    async def _opening(self) -> AsyncGenerator[tuple[AsyncSession, Actor]]:
        """Open a page: one unit of work, the frame drawn, who may not open the place refused by a panel.

        A `NotPermitted` raised in the body ends the body and bars the page (`barred`): the frame
        shows a panel in place of the content. What comes after the body still runs.

        :raises NotSignedIn: see `_acting`
        """
        self.barred, place = False, places.place_at(str(self.router.url.path))
        try:
            async with self._acting(opening=True) as (session, actor):
                await self._frame(session, actor, opening=True)
                if place and place.open_to(actor):
                    self.here = place.within or place.href
                    yield session, actor
                else:
                    nothing: Any = _OutOfBounds()
                    yield nothing, nothing
                    _bar()
        except NotPermitted:
            self.barred, self.here = True, ""
        self.opened = "/" + str(self.router.url.path).strip("/")

    def _require_same_person(self, actor: Actor) -> None:
        # A delegation may begin or end while a page is open: what was meant in one's stead is not done as another.
        shown, present = self.me.stands_for, actor.stands_for_name if actor.stands_for else ""
        if not self.me.login or shown == present:
            return
        self.me = replace(self._me(actor), centre=self.me.centre)
        if present:
            raise ActionNotAllowed(f"您已在另一页面切换为代{present}办理，刚才的操作没有进行；请核对后再办")
        raise ActionNotAllowed(f"代{shown}的代理已结束，您现在以本人身份办理，刚才的操作没有进行；请核对后再办")

    def _origin(self) -> str:
        return f"{self.router.session.client_ip} 浏览器"

    async def _frame(self, session: AsyncSession, actor: Actor, *, opening: bool = False) -> None:
        """Renew the person and the counts of the navigation.

        Only a page that is `opening` shows another person than before: see `_require_same_person`.
        """
        centre = await _CENTRE.of(session, "", lambda: org_queries.centre_name(session))
        me = replace(self._me(actor), centre=centre)
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
        counts = await _COUNTS.of(session, sees_like(actor), lambda: places.counts(session, actor, now()))
        offered = [place for place in places.PLACES if place.offered_to(actor)]
        # a phone's bottom bar always leads back to where the person lands
        tabs = dict.fromkeys(filter(None, (places.landing(actor), *(place.href for place in offered))))
        at_hand, found = {*tuple(tabs)[:TABS]}, list[Entry]()
        for place in offered:
            first = not found or found[-1].group != place.group
            count = counts.get(place.view, 0)
            found.append(Entry(place.label, place.href, place.icon, place.group, count, first, place.href in at_hand))
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
            where = places.landing(actor)
        self.stays = not where
        if where:
            return rx.redirect(where)
        return None
