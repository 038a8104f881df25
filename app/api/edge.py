"""The outermost layer of HTTP: headers of safety, figures of use, and what happens when something breaks."""

from __future__ import annotations

import re
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import attempts
from app.api import entrance
from app.api.doors import address_of
from app.api.policy import Policies
from app.refusals import for_people, of_cause, of_database, of_incident, of_refusal
from app.sockets import sockets
from domain.kernel.refusals import Refusal

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
_REQUESTS = Counter("fengqiao_requests", "HTTP requests", ("route", "method", "status"), registry=REGISTRY)
_SECONDS = Histogram("fengqiao_request_seconds", "Seconds until the answer began", ("route",), registry=REGISTRY)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_ALLOWED = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), display-capture=()"
"""Pictures are taken with the camera of the phone; nothing else of the device is asked for."""
_HASHED = re.compile(r"/assets/.+-[\w-]{8}\.(?:js|css|woff2|svg|png)")
"""What the build names after its content: it never changes under its name."""
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _ALLOWED,
}
_MACHINES = "default-src 'none'; frame-ancestors 'none'"
_TWO_YEARS = "max-age=63072000; includeSubDomains"
_FOREVER = "public, max-age=31536000, immutable"


class Edge:
    """ASGI middleware around everything that is served, pages of Reflex included."""

    def __init__(self, app: ASGIApp, pages: Policies | None = None, public_url: str = "") -> None:
        """Stand before an application.

        :param pages: the policies of its compiled pages
        :param public_url: the address people use; where it is known, no other host is answered
        """
        self._app, self._pages, self._hosts = app, pages or Policies({}), entrance.hosts_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; sockets that another site's page opens are turned away."""
        if scope["type"] in {"http", "websocket"}:
            scope = entrance.own_cookie(scope)
        if scope["type"] == "websocket" and not entrance.own_socket(scope, self._hosts):
            attempts.note("socket.refused", address_of(HTTPConnection(scope)), "origin")
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "websocket" and not scope["path"].startswith("/api/"):  # those bring tokens of their own
            await sockets.serve(self._app, scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                protect(scope, message, self._pages)
            await send(message)

        try:
            await entrance.admit(scope, self._hosts)
            await self._app(scope, entrance.punctual(receive), answer)
        except Exception as error:
            if status:
                raise
            await _broken(scope, error)(scope, receive, answer)
        finally:
            _count(scope, status, time.perf_counter() - began)


def unbroken(app: ASGIApp) -> ASGIApp:
    """Let the edge refuse addresses with a line break.

    Reflex's router, which lies outside of the edge, matches none of them and would answer in two bare words.
    """
    edge = Edge(app)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await (edge if scope["type"] == "http" and "\n" in scope["path"] else app)(scope, receive, send)

    return served


def _broken(scope: Scope, error: Exception) -> ASGIApp:
    if isinstance(error, Refusal):
        return of_refusal(error)
    where = _route(scope)
    if isinstance(error, (DBAPIError, PoolTimeout)):
        return for_people(scope["path"], of_database(error, where=where))
    return for_people(scope["path"], of_cause(error, where=where) or of_incident(error, where=where))


def protect(scope: Scope, message: Message, pages: Policies) -> None:
    """Put the headers of safety on an answer; what a route set itself stays."""
    headers, path = MutableHeaders(scope=message), scope["path"]
    for name, value in _EVERYWHERE.items():
        headers.setdefault(name, value)
    kind = headers.get("content-type", "")
    machine = path.startswith("/api/") or kind.startswith("application/problem")
    headers.setdefault("Content-Security-Policy", _MACHINES if machine else pages.of_path(path))
    if machine or kind.startswith("text/html"):
        headers.setdefault("Cache-Control", "no-store")  # a page left behind by the back button shows what it showed
    elif _HASHED.fullmatch(path) and message["status"] in {200, 206, 304}:
        headers.setdefault("Cache-Control", _FOREVER)
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", _TWO_YEARS)


def _route(scope: Scope) -> str:
    # The pattern of the address, never the address itself.
    route: Any = scope.get("route")
    return str(getattr(route, "path", "")) or "other"


def _count(scope: Scope, status: int, seconds: float) -> None:
    route = _route(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    _REQUESTS.labels(route, method, str(status or 499)).inc()
    _SECONDS.labels(route).observe(seconds)
    if 400 <= status < 500:
        attempts.note("request.refused", address_of(HTTPConnection(scope)), str(status), route=route, method=method)
