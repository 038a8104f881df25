"""Live updates: one listener per process, many open pages.

A commit announces what changed (`domain.kernel.notify`); the hub hears it on one
connection, gathers for a moment and wakes every page that follows. Each page then reads
its own view afresh, with the rights of its own person.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.kernel.notify import CHANNEL

GATHER = 0.06
"""Seconds that changes are gathered before pages are woken: bursts become one refresh."""
PASSING = frozenset({"presence", "notice"})
"""Announcements that change nothing which many pages show alike: who looks at a case, what somebody's bell says."""
RECALLED = 2000
"""Announcements that are remembered, for pages that were read shortly before they follow."""
RECONNECT = (0.2, 1.0, 3.0)
Listener = Callable[[str], None]
EVERYTHING: frozenset[str] = frozenset({"*"})
_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Follower:
    """Gather what changed since one page last looked."""

    kinds: frozenset[str]
    only: str = ""
    changed: set[str] = field(default_factory=set)
    _bell: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, kind: str, subject: str) -> None:
        """Note a change if the page follows its kind and subject; "*" means anything may have changed."""
        if kind == "*" or (kind in self.kinds and self.only in {"", subject}):
            self.changed.add(subject)
            self._bell.set()

    async def next(self, patience: float) -> frozenset[str]:
        """Wait for changes and give the ids; empty after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._bell.wait()
        except TimeoutError:
            return frozenset()
        await asyncio.sleep(GATHER)
        found = frozenset(self.changed)
        self.changed.clear()
        self._bell.clear()
        return found


class Hub:
    """Hear the database's announcements and wake the pages of this process."""

    def __init__(self) -> None:
        self._followers: set[Follower] = set()
        self._listeners: dict[str, list[Listener]] = {}
        self._channels: dict[str, Listener] = {}
        self._told: deque[tuple[float, str, str]] = deque(maxlen=RECALLED)
        self._again: set[str] = set()
        self._heard: dict[str, float] = {}
        self.listening = asyncio.Event()

    @contextmanager
    def follow(self, *kinds: str, only: str = "", since: float | None = None) -> Generator[Follower]:
        """Lend a follower of some kinds ("case", "visit") while a page is open.

        :param only: the id of the one subject that it hears of
        :param since: the moment (`time.monotonic`) the page was read from; it hears at once of what was told after
        """
        follower = Follower(frozenset(kinds), only)
        if since is not None:
            self._recall(follower, since)
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)

    def on(self, kind: str, listener: Listener) -> None:
        """Have `listener(subject id)` called for every announcement of a kind, as long as the process lives.

        The id is "*" after a connect or reconnect: anything may have changed meanwhile. A listener answers at
        once (it may start a task); what it raises the loop logs, and it stops nobody else.
        """
        self._listeners.setdefault(kind, []).append(listener)

    @property
    def last(self) -> float:
        """The moment (`time.monotonic`) of the last announcement that was heard, but of those that pass; 0 before it."""
        return max((at for kind, at in self._heard.items() if kind not in PASSING), default=0.0)

    def last_of(self, kind: str) -> float:
        """Give when (`time.monotonic`) something of a kind was announced last, or that anything may have changed; or 0."""
        return max(self._heard.get(kind, 0.0), self._heard.get("*", 0.0))

    def again(self, kind: str, seconds: float) -> None:
        """Wake the followers of a kind once more after a while, as if something had changed; once, however often asked."""
        if kind not in self._again:
            self._again.add(kind)
            asyncio.get_running_loop().call_later(seconds, self._wake, kind)

    def _wake(self, kind: str) -> None:
        self._again.discard(kind)
        for follower in self._followers:
            if kind in follower.kinds:
                follower.tell("*", "*")

    def hear(self, channel: str, listener: Listener) -> None:
        """Have `listener(payload)` called, in their order, for all that is announced on a channel of its own.

        The payload is empty after a connect or reconnect.
        """
        self._channels[channel] = listener

    async def run(self, url: str) -> None:
        """Listen until it is cancelled, and reconnect when the database went away.

        `url` is a libpq connection string. After a reconnect every page refreshes, since
        announcements of the gap are lost.
        """
        attempt = 0
        while True:
            try:
                await self._listen(url)
                attempt = 0
            except psycopg.Error as error:
                self.listening.clear()
                pause = RECONNECT[min(attempt, len(RECONNECT) - 1)]
                attempt += 1
                _log.warning("live.reconnect", error=type(error).__name__, seconds=pause)
                await asyncio.sleep(pause)

    async def _listen(self, url: str) -> None:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection:
            for channel in (CHANNEL, *self._channels):
                await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            self.listening.set()
            self._tell("*", "*")
            loop = asyncio.get_running_loop()
            for listener in self._channels.values():
                loop.call_soon(listener, "")
            async for notice in connection.notifies():
                if notice.channel in self._channels:
                    loop.call_soon(self._channels[notice.channel], notice.payload)
                    continue
                told: dict[str, Any] = json.loads(notice.payload)
                self._tell(str(told["kind"]), str(told["id"]))

    def _recall(self, follower: Follower, since: float) -> None:
        if len(self._told) == RECALLED and since < self._told[0][0]:
            follower.tell("*", "*")  # more was told than is remembered
        for at, kind, subject in self._told:
            if at >= since:
                follower.tell(kind, subject)

    def _tell(self, kind: str, subject: str) -> None:
        at = time.monotonic()
        self._told.append((at, kind, subject))
        self._heard[kind] = at
        for follower in self._followers:
            follower.tell(kind, subject)
        for heard, listeners in self._listeners.items():
            if kind in {heard, "*"}:
                for listener in listeners:
                    asyncio.get_running_loop().call_soon(listener, subject)


@contextmanager
def outlasting() -> Generator[None]:
    """Let one refresh of a page fail while the database is away or overloaded.

    A page's follower that ended there would never come back; the next change, or the hub
    after its reconnect, has the page read everything afresh.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        _log.warning("live.refresh_failed", error=type(error).__name__)


hub = Hub()
