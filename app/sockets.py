"""The open sockets of pages, and their end: no socket outlives the session of its handshake.

A handshake without a session that holds never reaches the application. A browser is told to go to the sign-in
page, everybody else is refused. Sockets that are open are asked about again when their account's sessions change
(announcement "session") and every few seconds for what ends by itself; each process looks after its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog
from reflex.state import StateUpdate
from reflex_base.event import Event
from reflex_base.utils.format import json_dumps
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import attempts
from app.api.doors import address_of
from domain.kernel import crypto
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.queries.in_force import in_force
from state import telling
from state.clock import now
from state.session import secret_in

OVER = 4401
"""The code a socket is closed with when its session is over."""
EVERY = 20.0
"""Seconds after which all sessions are asked about: time-outs announce themselves to nobody."""
MOST_OF_ONE = 60
"""Sockets one session may hold: more than anybody has pages open."""
PATIENCE = 5.0
_NAMESPACE = "/_event"
_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Socket:
    """One open socket; of its session only the digest is kept."""

    digest: bytes
    account: UUID
    send: Send
    ended: bool = False

    async def end(self) -> None:
        """Tell the page to go to the sign-in page, and close."""
        self.ended = True
        with suppress(OSError, RuntimeError):  # the other side was faster
            await self.send({"type": "websocket.send", "text": _farewell()})
            await self.send({"type": "websocket.close", "code": OVER})


class Sockets:
    """Know the sockets of this process."""

    def __init__(self) -> None:
        self._open: set[_Socket] = set()
        self._asked: set[str] = set()
        self._bell = asyncio.Event()

    def __len__(self) -> int:
        """Count the open sockets."""
        return len(self._open)

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a handshake through to the pages, or refuse it."""
        digest = crypto.digest(secret_in(Headers(scope=scope).get("cookie", "")))
        async with unit_of_work() as session:
            account = (await in_force(session, {digest}, at=now())).get(digest)
        address = address_of(HTTPConnection(scope))
        if account is None:
            attempts.note("socket.refused", address, "session")
            await _turn_away(scope, receive, send)
        elif Counter(socket.digest for socket in self._open)[digest] >= MOST_OF_ONE:
            attempts.note("socket.refused", address, "many")
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._pass(_Socket(digest, account, send), app, scope, receive)

    async def _pass(self, socket: _Socket, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        async def hear() -> Message:
            message = await receive()
            return {"type": "websocket.disconnect", "code": OVER} if socket.ended else message

        async def say(message: Message) -> None:
            if not socket.ended:
                await socket.send(message)

        self._open.add(socket)
        try:
            await app(scope, hear, say)
        finally:
            self._open.discard(socket)

    def hear(self, account: str) -> None:
        """Note that the sessions of an account ("*": of anybody) changed."""
        self._asked.add(account)
        self._bell.set()

    async def watch(self) -> None:
        """End sockets whose session is over, until it is cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._bell.wait()
            asked = self._asked or {"*"}
            self._asked = set()
            self._bell.clear()
            try:
                await self.check(asked)
            except SQLAlchemyError as error:
                _log.warning("sockets.unchecked", error=type(error).__name__)

    async def check(self, accounts: set[str]) -> None:
        """Ask about the sessions of some accounts and end the sockets of those that are over."""
        meant = [socket for socket in self._open if "*" in accounts or str(socket.account) in accounts]
        if not meant:
            return
        async with unit_of_work() as session:
            holding = await in_force(session, {socket.digest for socket in meant}, at=now())
        over = [socket for socket in meant if socket.digest not in holding and not socket.ended]
        for socket in over:
            await socket.end()
        if over:
            _log.info("sockets.ended", count=len(over))


def _farewell() -> str:
    # The frame by which Reflex's client hears of an event.
    update = StateUpdate(events=Event.from_event_type([telling.leave("ended")]))
    return f'42{_NAMESPACE},["event",{json_dumps(update)}]'


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    # A page left open overnight would try again for ever: it gets the few words it needs to hear where to go.
    await receive()
    if "origin" not in Headers(scope=scope):
        await send({"type": "websocket.close", "code": OVER})
        return
    offered = scope.get("subprotocols") or [None]
    with suppress(OSError, RuntimeError, TimeoutError):
        await send({"type": "websocket.accept", "subprotocol": offered[0]})
        await send({"type": "websocket.send", "text": _OPENING})
        async with asyncio.timeout(PATIENCE):
            await receive()
        await send({"type": "websocket.send", "text": f'40{_NAMESPACE},{{"sid":"none"}}'})
        await send({"type": "websocket.send", "text": _farewell()})
    with suppress(OSError, RuntimeError):
        await send({"type": "websocket.close", "code": OVER})


_OPENING = '0{"sid":"none","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000}'
sockets = Sockets()
"""The sockets of this process."""
