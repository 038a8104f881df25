"""The way in: who asks, how much may be sent, and one unit of work for each request.

The session is checked before the body is read, and once more inside the unit of work. The first
check may rest on one of the last seconds, the second never does.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.types import Message

from app.limits import rates
from domain.kernel import crypto, pictures
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotPermitted, NotSignedIn, TooLarge
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs import rules
from domain.orgs.models import SessionKind
from domain.orgs.queries import Held
from domain.people.policy import Purpose
from domain.people.queries import ask_for
from state import refusing
from state.clock import now
from state.session import COOKIE, HOST_COOKIE

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_SIGNED_IN = "请先登录；登录可能已失效"
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")
_AGENTS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


class Admitted:
    """Remember for a short while whose body may be read without asking the database.

    It decides about reading a small body and nothing else: who acts is looked up afresh in
    the unit of work of every request. Secrets are kept as digests, in this process alone.
    """

    LONG, MOST = timedelta(seconds=30), 5000

    def __init__(self) -> None:
        """Begin with nobody."""
        self._until: dict[bytes, datetime] = {}

    def note(self, given: tuple[str, SessionKind], at: datetime) -> None:
        """Remember a session that was found to hold."""
        if len(self._until) >= self.MOST:
            self._until.clear()
        self._until[self._key(given)] = at + self.LONG

    def knows(self, given: tuple[str, SessionKind], at: datetime) -> bool:
        """Tell whether a session was found to hold a moment ago."""
        until = self._until.get(self._key(given)) if given[0] else None
        return until is not None and at < until

    @staticmethod
    def _key(given: tuple[str, SessionKind]) -> bytes:
        return crypto.digest(f"{given[1]}|{given[0]}")


_ADMITTED = Admitted()


@dataclass(frozen=True, slots=True)
class Call:
    """One request inside its unit of work."""

    session: AsyncSession
    actor: Actor
    at: datetime
    base_url: str


def address_of(connection: HTTPConnection) -> str:
    """Give the client's address; behind a trusted proxy the server has resolved it."""
    return connection.client.host if connection.client else ""


def origin_of(connection: HTTPConnection) -> str:
    """Say where an act came from: address and kind of client, for the journal."""
    agent = connection.headers.get("user-agent", "")
    kind = next((label for mark, label in _AGENTS if mark in agent), "接口")
    return f"{address_of(connection)} {kind}".strip()


def is_secure(connection: HTTPConnection) -> bool:
    """Tell whether a request or socket came by TLS, here or at a trusted proxy."""
    return connection.scope["scheme"] in {"https", "wss"}


def cookie_name(connection: HTTPConnection) -> str:
    """Give the name by which a browser is to keep the session's cookie."""
    return HOST_COOKIE if is_secure(connection) else COOKIE


def credentials(connection: HTTPConnection) -> tuple[str, SessionKind]:
    """Give the session secret that came along: the bearer token, else the cookie."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip(), SessionKind.API
    return connection.cookies.get(COOKIE, ""), SessionKind.BROWSER


def same_origin(connection: HTTPConnection) -> bool | None:
    """Tell whether a page of ours asks; none when the client does not say."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    return True if site else None


def base_url_of(request: Request) -> str:
    """Give the address under which people reach the product, without a slash at its end."""
    return (request.app.state.settings.public_url or str(request.base_url)).rstrip("/")


async def who(session: AsyncSession, connection: HTTPConnection, *, at: datetime) -> Actor:
    """Tell who asks.

    :raises NotSignedIn: no session, or it is over, or its account disabled
    :raises NotPermitted: a page of another site uses this browser's cookie for a change
    """
    return (await _held(session, connection, at=at)).actor


async def _held(session: AsyncSession, connection: HTTPConnection, *, at: datetime) -> Held:
    secret, kind = credentials(connection)
    held = await org_queries.held(session, secret, kind, at=at, origin=origin_of(connection))
    if held is None:
        raise NotSignedIn(NOT_SIGNED_IN)
    unsafe = connection.scope.get("method", "GET") not in SAFE
    if kind is SessionKind.BROWSER and unsafe and not same_origin(connection):
        raise NotPermitted("请求不是由本系统页面发出的，已拒绝")
    return held


async def acting(
    request: Request,
    _bearer: Annotated[object, Security(HTTPBearer(auto_error=False, description="POST /api/v1/auth/token"))],
    _cookie: Annotated[object, Security(APIKeyCookie(name=COOKIE, auto_error=False))],
) -> AsyncGenerator[Call]:
    """Open the unit of work of a request; it is committed before the answer is sent."""
    who_asked: Actor | None = None
    try:
        async with _calling(request) as call:
            who_asked = call.actor
            _require_proven(call.actor)
            yield call
    except NotPermitted:
        if who_asked is not None:
            await refusing.note(who_asked, f"{request.method} {pattern_of(request)}", at=now())
        raise


async def proving(
    request: Request,
    _bearer: Annotated[object, Security(HTTPBearer(auto_error=False, description="POST /api/v1/auth/token"))],
    _cookie: Annotated[object, Security(APIKeyCookie(name=COOKIE, auto_error=False))],
) -> AsyncGenerator[Call]:
    """Do the same for somebody who has yet to prove something, and has no rights until then."""
    async with _calling(request) as call:
        yield call


def _require_proven(actor: Actor) -> None:
    if actor.unproven:
        raise NotPermitted(rules.UNPROVEN[actor.unproven])


def pattern_of(request: Request) -> str:
    """Give the pattern of the address that was asked for, never the address itself."""
    return str(getattr(request.scope.get("route"), "path", "")) or "other"


@asynccontextmanager
async def _calling(request: Request) -> AsyncGenerator[Call]:
    at = now()
    async with unit_of_work() as session:
        held = await _held(session, request, at=at)
        if held.stale:
            await orgs.touch(session, *credentials(request), at=at)
        await rates().of_account(str(held.actor.account_id), request.method, request.url.path)
        _ADMITTED.note(credentials(request), at)
        ask_for(session, Purpose.API)
        yield Call(session, held.actor, at, base_url_of(request))


Acting = Annotated[Call, Depends(acting, scope="function")]
Proving = Annotated[Call, Depends(proving, scope="function")]
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", description="同一个键的重复请求只执行一次，并得到同样的回答")
]


class LimitedRoute(APIRoute):
    """A route whose body is counted while it is read."""

    limit: ClassVar[int] = 1024 * 1024

    async def admit(self, request: Request) -> None:
        """Decide, before the body is read, whether to read it at all."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the checks before FastAPI's own reading of the request."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.method in SAFE:
                return await inner(request)
            await self.admit(request)
            body = await read(request, self.limit)
            require_whole_characters(body)
            return await inner(Request(request.scope, replay(body, request.receive)))

        return handler


class GuardedRoute(LimitedRoute):
    """A route for people who are signed in."""

    async def admit(self, request: Request) -> None:
        """Make sure that somebody is signed in, or was a moment ago."""
        at = now()
        if _ADMITTED.knows(credentials(request), at):
            return
        async with unit_of_work() as session:
            await who(session, request, at=at)


class UploadRoute(GuardedRoute):
    """A route that takes a picture, from people who take steps."""

    limit: ClassVar[int] = pictures.MAX_BYTES + 64 * 1024
    """The picture and the wrapping of multipart around it."""

    async def admit(self, request: Request) -> None:
        """Make sure that whoever is signed in may upload."""
        async with unit_of_work() as session:
            actor = await who(session, request, at=now())
        actor.require(Permission.CASE_WORK)


async def read(request: Request, limit: int) -> bytes:
    """Read a body of at most so many bytes.

    :raises TooLarge: it says so beforehand, or turns out to be
    :raises Invalid: its length is no number
    """
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit():
        raise Invalid.of({"Content-Length": "Content-Length 应为数字"})
    refusal = TooLarge(f"内容最大 {limit // 1024 // 1024} MB")
    if int(said) > limit:
        raise refusal
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise refusal
    return bytes(body)


def require_whole_characters(body: bytes) -> None:
    """Refuse JSON that holds halves of characters: no text of ours can hold them.

    :raises Invalid: it does
    """
    if not _HALVES.search(body):
        return
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid("内容中有残缺的字符") from None
    except (ValueError, RecursionError):
        return  # no JSON: whoever reads it says so


def replay(body: bytes, rest: Callable[[], Awaitable[Message]]) -> Callable[[], Awaitable[Message]]:
    """Give a body that was read already to whoever reads it next."""
    unread = [body]

    async def receive() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await rest()

    return receive
