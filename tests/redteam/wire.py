"""The attacker's tools: plain HTTP, and the frames of a page's socket written by hand."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.clients import POOL

TRACES = re.compile(r"Traceback|File \"|sqlalchemy|psycopg|asyncpg|site-packages|\.py\b|SELECT |INSERT ", re.IGNORECASE)
PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")
NAMESPACE = "/_event"


def assert_quiet(text: str) -> None:
    """Nothing of the inside, nothing of a person."""
    assert not TRACES.search(text), text[:500]
    assert not PERSONAL.search(text), text[:500]


def assert_refused(answer: httpx.Response, *statuses: int) -> None:
    """One of the expected answers, in the product's own words."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert_quiet(answer.text)


@dataclass
class Target:
    """The product, and who is signed in to it."""

    url: str
    data: Path
    password: str = field(repr=False)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    """Programs that are signed in, by account."""
    _cookies: dict[str, str] = field(default_factory=dict, repr=False)
    _open: list[httpx.Client] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)
    output: Callable[[], str] = lambda: ""
    """What the served product printed so far."""

    @property
    def origin(self) -> dict[str, str]:
        """Give the header a browser sends from one of our own pages."""
        return {"Origin": self.url}

    def stranger(self, **headers: str) -> httpx.Client:
        """Open a client without any session."""
        client = httpx.Client(base_url=self.url, headers=headers, timeout=20, limits=POOL)
        self._open.append(client)
        return client

    def close(self) -> None:
        """Close every client that was opened."""
        for client in self._open:
            client.close()

    def honest(self, login: str = "registrar") -> httpx.Client:
        """Give a program of an account, signed in by token once."""
        if login not in self.clients:
            client = self.stranger()
            answer = client.post("/api/v1/auth/token", json={"account": login, "password": self.password})
            assert answer.status_code == 200, answer.text
            token = answer.json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            self.secrets.add(token)
            self.clients[login] = client
        return self.clients[login]

    def browser(self, login: str) -> httpx.Client:
        """Sign in as a browser does; the cookie stays in the client."""
        client = self.stranger(**self.origin)
        answer = client.post("/auth/login", data={"account": login, "password": self.password})
        assert answer.status_code == 303, answer.text
        self.secrets.add(client.cookies["fq_session"])
        return client

    def forget(self, login: str) -> None:
        """Let go of the token of an account whose sessions have ended."""
        self.clients.pop(login, None)
        self._cookies.pop(login, None)

    def visitor(self, login: str) -> str:
        """Give the secret of a browser's session that stays signed in for the whole run."""
        if login not in self._cookies:
            self._cookies[login] = self.browser(login).cookies["fq_session"]
        return self._cookies[login]

    def socket_url(self, token: str = "") -> str:
        """Give the address of a page's socket."""
        address = self.url.replace("http", "ws", 1)
        return f"{address}{NAMESPACE}/?EIO=4&transport=websocket&token={token or uuid4()}"


AWAY = '"act": "leave"'


@dataclass
class Page:
    """A page's socket in the attacker's hands."""

    wire: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)
    code: int = 0

    async def event(self, name: str, payload: Any = None, **more: Any) -> None:
        """Send an event as Reflex's client would, with any name and payload."""
        body = {"name": name, "payload": {} if payload is None else payload, "router_data": {}, **more}
        await self.raw(f"42{NAMESPACE},{json.dumps(['event', body])}")

    async def raw(self, frame: str | bytes) -> None:
        """Send a frame of any content."""
        await self.wire.send(frame)

    async def listen(self, seconds: float = 1.5) -> list[dict[str, Any]]:
        """Hear what comes for a while, or until the socket is closed; updates are kept."""
        try:
            async with asyncio.timeout(seconds):
                async for frame in self.wire:
                    if isinstance(frame, str):
                        await self._take(frame)
                self.code = self.wire.close_code or 0
        except TimeoutError:
            pass
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else 1006
        return self.heard

    async def hear(self, *words: str, patience: float = 15) -> None:
        """Listen until one of some words was heard; an answer on a busy machine takes as long as it takes."""
        for _ in range(int(patience / 0.2)):
            await self.listen(0.2)
            if any(word in self.text for word in words) or self.code:
                return

    async def _take(self, frame: str) -> None:
        if frame == "2":
            await self.wire.send("3")
        elif frame.startswith(f"42{NAMESPACE},"):
            name, *given = json.loads(frame.removeprefix(f"42{NAMESPACE},"))
            if name == "event":
                self.heard.append(given[0])

    @property
    def text(self) -> str:
        """Give everything that was heard."""
        return json.dumps(self.heard, ensure_ascii=False)

    @property
    def told_to_leave(self) -> bool:
        """Tell whether the page was sent to the sign-in page."""
        return AWAY in self.text


@asynccontextmanager
async def page(
    target: Target, cookie: str = "", *, origin: str | None = "", token: str = "", source: str = ""
) -> AsyncGenerator[Page]:
    """Open a page's socket with a session secret, from any address of this machine.

    `origin` none sends no such header, empty the product's own.
    """
    headers = {"Cookie": f"fq_session={cookie}"} if cookie else {}
    given: dict[str, Any] = {"origin": target.url if origin == "" else origin} if origin is not None else {}
    given |= {"local_addr": (source, 0)} if source else {}
    address = target.socket_url(token)
    async with connect(address, additional_headers=headers, open_timeout=10, max_size=None, **given) as wire:  # type: ignore[arg-type]
        opened = Page(wire)
        first = await wire.recv()
        assert str(first).startswith("0")
        await wire.send(f"40{NAMESPACE},")
        yield opened
