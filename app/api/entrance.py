"""What is asked of every request before anything else: its host, where it comes from, how often, and how slowly."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope

from app.api.doors import SAFE, address_of, is_secure, same_origin
from app.limits import rates
from domain.kernel.refusals import NotFound, NotPermitted, Refusal
from state.session import COOKIE, HOST_COOKIE

BODY_SECONDS = 60.0
"""What a body may take however small it is."""
SLOWEST = 16 * 1024
"""Bytes a second that earn a body more time: a photo from a phone on a slow line of the country comes in whole."""
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})
_OWN_FORMS = "/t/"
"""The petitioner's forms carry keys of their own, for phones whose browsers do not say where a form comes from."""
FOREIGN = "请求不是由本系统页面发出的，已拒绝"


class TooSlow(Refusal):
    """The body did not come in time."""

    code = "too_slow"


class WrongHost(Refusal):
    """The request is for somebody else."""

    code = "invalid_host"


def hosts_of(public_url: str) -> frozenset[str]:
    """Give the names the product is reached by; none when any will do."""
    named = urlsplit(public_url).hostname if public_url else None
    return frozenset({named.lower(), *_HERE}) if named else frozenset()


async def admit(scope: Scope, hosts: frozenset[str]) -> None:
    """Let a request in, or refuse it.

    :raises WrongHost: its host is none of ours
    :raises NotFound: its address holds signs that none of ours has
    :raises TooOften: its address sends too much
    :raises NotPermitted: another site's page uses a browser's cookie for a change
    """
    connection = HTTPConnection(scope)
    if not own_host(connection, hosts):
        raise WrongHost("请求的主机名有误")
    if _CONTROL.search(scope["path"]):
        raise NotFound("没有这个地址")
    await rates().of_address(address_of(connection), scope["method"], scope["path"])
    if scope["method"] not in SAFE and _by_cookie(connection) and not same_origin(connection):
        raise NotPermitted(FOREIGN)


def own_host(connection: HTTPConnection, hosts: frozenset[str]) -> bool:
    """Tell whether a request names one host, and one of ours."""
    named = connection.headers.getlist("host")
    if len(named) != 1 or not _HOST.fullmatch(named[0]):
        return False
    return not hosts or re.sub(r":\d+$", "", named[0]).lower() in hosts


def own_socket(scope: Scope, hosts: frozenset[str]) -> bool:
    """Tell whether a page of ours opens a socket.

    A browser always says where a socket comes from; programs such as the bridge do not.
    """
    connection = HTTPConnection(scope)
    origin = connection.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    return ours and own_host(connection, hosts)


def own_cookie(scope: Scope) -> Scope:
    """Let in the session's cookie by its one name inside, if it came by the name that fits.

    Over TLS that is the name with the prefix: one without it may have been set by another host or without TLS.
    """
    if not is_secure(HTTPConnection(scope)):
        return scope
    return scope | {
        "headers": [(name, _fitting(value) if name == b"cookie" else value) for name, value in scope["headers"]]
    }


def _fitting(cookies: bytes) -> bytes:
    pairs = [pair.strip().partition(b"=") for pair in cookies.split(b";")]
    inner, outer = COOKIE.encode(), HOST_COOKIE.encode()
    kept = [(inner if name == outer else name, value) for name, _, value in pairs if name.strip() != inner]
    return b"; ".join(name + b"=" + value for name, value in kept)


def _by_cookie(connection: HTTPConnection) -> bool:
    # A browser sends its cookie without being asked; a token has to be put into a request on purpose.
    bearer = connection.headers.get("authorization", "").lower().startswith("bearer ")
    return COOKIE in connection.cookies and not bearer and not connection.url.path.startswith(_OWN_FORMS)


def punctual(receive: Receive) -> Receive:
    """Read the body of a request, and give up on one that comes too slowly.

    What is received after the body (that the client left) may take any time.
    """
    until, done = asyncio.get_running_loop().time() + BODY_SECONDS, False

    async def hurried() -> Message:
        nonlocal done, until
        if done:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise TooSlow("请求内容没有按时传完，请检查网络后重试") from None
        until += len(message.get("body", b"")) / SLOWEST
        done = not message.get("more_body", False)
        return message

    return hurried
