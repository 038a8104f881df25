"""Deny by default: no event of a page is handled without a session, and no state outlives its person.

The client token in the socket's URL is not an identity: whoever knows it gets nothing.
The state tree remembers which account it was filled for; an event of any other account,
or of nobody, empties it before anything is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import reflex as rx
import structlog
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app import causes
from app.limits import rates
from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.refusals import ChangedMeanwhile, NotSignedIn, Refusal, TooMany
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries as orgs
from domain.orgs.models import SessionKind
from state import telling
from state.clock import now
from state.session import COOKIE, SignedInState, secret_in

ALWAYS = frozenset({"hydrate", "hydrate_and_load", "update_vars_internal", "set_is_hydrated"})
"""Reflex's own events that only start a page; what they send is emptied first for a stranger."""
OWN_PAGE, OWN_STATE = "/me", ".state___orgs___own____"
"""Where somebody is led who must do something before having any rights."""
_OPENS = ".on_load_internal"
"""Reflex's own event that begins to load a page."""
_SHOWS = ("hydrate", "hydrate_and_load", "on_load_internal")
"""Events that send what a state holds, or begin to fill it."""
_log = structlog.get_logger(__name__)


class Guard(Middleware):
    """Stand before every event of every page.

    A page that opens is a handful of events at one go. Who has them is asked at the first, and not again for the
    others within a second: each handler that reads or writes asks for itself.
    """

    FRESH, MOST = timedelta(seconds=1), 5000

    def __init__(self) -> None:
        """Begin with nobody."""
        self._lately: dict[bytes, tuple[datetime, Actor]] = {}

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Let the event pass (none) or answer it in place of its handler."""
        del app  # the signature is Reflex's
        root = state._get_root_state()  # noqa: SLF001 — Reflex names it so
        actor = await self._actor(event, root)
        account = str(actor.account_id) if actor else ""
        held = await root.get_state(SignedInState)
        if held._owner != account:  # noqa: SLF001
            root.reset()
            held._owner = account  # noqa: SLF001
        try:
            if _sent():
                await rates().of_events(account or "nobody")
        except TooMany as refusal:
            return StateUpdate(events=Event.from_event_type([rx.toast.warning(refusal.message)]))
        if event.name.rsplit(".", 1)[-1] in ALWAYS or (actor and not (actor.unproven and _elsewhere(event))):
            return None
        if actor:
            # Once for a page, as it opens: each redirect would end what the one before began to load.
            opens = event.name.endswith(_OPENS)
            return StateUpdate(events=Event.from_event_type([rx.redirect(OWN_PAGE)] if opens else []))
        return StateUpdate(events=Event.from_event_type([telling.leave()]))

    async def _actor(self, event: Event, root: BaseState) -> Actor | None:
        headers = event.router_data.get("headers") or root.router_data.get("headers") or {}
        secret = secret_in(str(headers.get("cookie", "")))
        if not secret:
            return None
        key, at = crypto.digest(secret), now()
        asked, actor = self._lately.get(key, (at - self.FRESH, None))
        if timedelta(0) <= at - asked < self.FRESH and event.name.rsplit(".", 1)[-1] not in _SHOWS:
            return actor
        async with unit_of_work() as session:
            actor = await orgs.actor_of(session, secret, SessionKind.BROWSER, at=at)
        self._lately.pop(key, None)
        if len(self._lately) >= self.MOST:
            self._lately.clear()
        if actor and not actor.unproven:
            self._lately[key] = (at, actor)
        return actor


def _sent() -> bool:
    """Tell whether a page sent the event that is at hand; what an event leads to by itself is not counted."""
    try:
        return EventContext.get().parent_txid is None
    except LookupError:  # a page that is read before its socket came
        return True


def _elsewhere(event: Event) -> bool:
    """Whoever has yet to prove something may open the page of the own account and use it, and nothing else."""
    here = str(event.router_data.get("pathname", "")).strip("/") == OWN_PAGE.strip("/")
    return not (here and event.name.endswith(_OPENS)) and OWN_STATE not in event.name


def refused(exception: Exception) -> Any:
    """Turn an expected refusal into a message and anything else into a numbered error."""
    if isinstance(exception, NotSignedIn):
        return telling.leave()
    if isinstance(exception, ChangedMeanwhile):
        return rx.toast.warning(exception.message, duration=8000)
    if isinstance(exception, Refusal):
        return rx.toast.error(exception.message, duration=6000)
    cause = causes.cause_of(exception)
    if cause:
        causes.note(cause, exception, where="page")
        # one message that stays, not one for each pause of whoever types
        return rx.toast.error(cause.sentence, id=cause.value, duration=12000)
    number = f"{int(now().timestamp() * 1000) % 100_000_000:08d}"
    _log.error("page.error", number=number, exc_info=exception)
    return rx.toast.error(f"系统出错，请重试；如仍不行，请把编号 {number} 告诉管理员", duration=12000, id=number)


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def gate(pages: frozenset[str], whole: frozenset[str] = frozenset()) -> Callable[[App], App]:
    """Send a browser without any session to the sign-in page before a page is loaded.

    It looks at the first piece of the path only; rights are checked by the handlers.

    :param whole: addresses of pages that the build wrote out, one folder each: asked for without the folder's slash
        they are given at once, where a redirect would cost the way to the browser and back
    """

    def wrap(inner: App) -> App:
        async def gated(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["method"] == "GET":
                request = Request(scope)
                first = request.url.path.strip("/").split("/")[0]
                if first in pages and COOKIE not in request.cookies:
                    there = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
                    await RedirectResponse(f"/login?next={there}", 303)(scope, receive, send)
                    return
                if request.url.path in whole:
                    scope = {**scope, "path": f"{request.url.path}/"}
            await inner(scope, receive, send)

        return gated

    return wrap
