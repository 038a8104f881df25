"""A page is read while its scripts still come, so that its socket finds it read.

The first thing a page does (`assets/opening.js`) is to name itself and its tab here. What it loads is then run in the
state of that tab as its events would be, guard included; the first answer over the socket, which is sent when the page
stands, holds it all. The page's own events of loading are answered in place of their handlers, once. Nothing of it
travels here, and whatever does not go through (a refusal, a redirect, a message) is left to the socket.
"""

from __future__ import annotations

import time
from collections.abc import Container
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import reflex as rx
import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from reflex.app import EventNamespace
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.constants import RouteVar
from reflex_base.event import Event, EventHandler
from reflex_base.utils.format import format_event_handler

from app.guard import Guard
from domain.kernel.refusals import Refusal
from state.session import ReadEarly, SignedInState

FRESH = 10.0
"""Seconds for which what was read early still stands for the loading of its page; what changed since is told."""
_log = structlog.get_logger(__name__)


class Opened(BaseModel):
    """Which page opens, in which tab of the browser."""

    model_config = ConfigDict(extra="forbid")
    tab: str = Field(pattern=r"^[0-9a-f-]{36}$")
    address: str = Field(pattern=r"^/", max_length=2000)


class AlreadyRead(Middleware):
    """Answer the events of loading that were run early; it stands behind the guard, which may have emptied the state."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Let the event pass (none), or answer it: its handler was run for this address."""
        del app  # the signature is Reflex's
        root = state._get_root_state()  # noqa: SLF001 - Reflex names it so
        held = await root.get_state(SignedInState)
        early = held._read_early  # noqa: SLF001
        if not early.events:
            return None
        here = _plain(str(root.router_data.get(RouteVar.ORIGIN, "")))
        if early.address != here or time.monotonic() - early.at >= FRESH:
            held._read_early = ReadEarly()  # noqa: SLF001 - whoever comes back to that address reads it anew
            return None
        if event.name not in early.events:
            return None
        held._read_early = early.without(event.name)  # noqa: SLF001
        return StateUpdate()


def routes(app: rx.App, pages: Container[str]) -> APIRouter:
    """Give the address at which pages name themselves.

    :param pages: the routes that are read early
    """
    router, guard = APIRouter(), Guard()

    @router.post("/opening", status_code=204, include_in_schema=False)
    async def begin(opened: Opened, request: Request) -> Response:
        namespace = app.event_namespace
        # A tab that is connected has a living page: a second one of the same name (a copied tab) gets another soon.
        if namespace is not None and opened.tab not in namespace.token_to_sid:
            data = _router_data(app, namespace, opened, request)
            if data[RouteVar.PATH] in pages:
                with suppress(Refusal):
                    await _read(app, namespace, guard, opened.tab, data)
        return Response(status_code=204)

    return router


async def _read(app: rx.App, namespace: EventNamespace, guard: Guard, tab: str, data: dict[str, Any]) -> None:
    """Run what the page loads in the state of its tab, and note that it was; not if the socket was sooner."""
    path = urlsplit(data[RouteVar.ORIGIN]).path
    handlers = [one for one in app.get_load_events(path) if isinstance(one, EventHandler)]
    at, done = time.monotonic(), []
    with app.set_contexts():
        async with app.state_manager.modify_state(rx.BaseStateToken(ident=tab, cls=rx.State)) as state:
            if tab in namespace.token_to_sid:
                return
            root: Any = state._get_root_state()  # noqa: SLF001 - Reflex names it so
            root.router_data = root._update_router_vars(data, root.router_data)  # noqa: SLF001 - as its own events do
            for handler in (one for one in handlers if not one.is_background):
                event = Event(name=format_event_handler(handler), router_data=data)
                if await guard.preprocess(app, root, event) is not None or not await _ran(root, handler):
                    return
                done.append(event.name)
            held = await root.get_state(SignedInState)
            held._read_early = ReadEarly(_plain(data[RouteVar.ORIGIN]), at, frozenset(done))  # noqa: SLF001


async def _ran(root: BaseState, handler: EventHandler) -> bool:
    """Run one handler; false when it has something to tell the browser, which is heard only over the socket."""
    substate = await root.get_state(rx.State.get_class_substate(handler.state_full_name))
    try:
        return await handler.fn(substate) is None
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - the event over the socket meets the same, and tells it with its number
        _log.warning("opening.left", error=type(error).__name__)
        return False


def _router_data(app: rx.App, namespace: EventNamespace, opened: Opened, request: Request) -> dict[str, Any]:
    """Give what an event of the page would say of its browser and address."""
    parts = urlsplit(opened.address)
    static = namespace._build_static_router_data("", {"asgi.scope": request.scope})  # noqa: SLF001 - as of a socket
    return {
        **{name: value for name, value in static.items() if name != RouteVar.SESSION_ID},
        RouteVar.PATH: "/" + (app.router(parts.path) or "404").removeprefix("/"),
        RouteVar.ORIGIN: opened.address,
        RouteVar.QUERY: dict(parse_qsl(parts.query)),
        RouteVar.CLIENT_TOKEN: opened.tab,
    }


def _plain(address: str) -> str:
    path, mark, query = address.partition("#")[0].partition("?")
    return f"/{path.strip('/')}{mark}{query}"
