"""What the processes that serve one database tell each other: by its announcements, sealed, and stored nowhere.

Every web process, on whatever machine, hears every word, its own too, in one order that is the same for all. A word
is lost while the database is away: whoever is back asks the others to say again what holds (`who`), and each says
from time to time that it is there. What is told may be personal (a card that was read); it leaves the process only
under the product's own key, and a word that does not open is not believed.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog

from domain.kernel import crypto

CHANNEL = "fengqiao_peers"
LONGEST = 7900
"""Bytes of an announcement; PostgreSQL takes less than 8,000."""
BEAT, GONE = 15.0, 50.0
"""Seconds after which a process says that it is there, and after which one that said nothing is forgotten."""
PATIENCE = 3.0
"""Seconds that an answer of another process is waited for."""
MOST_UNTOLD = 1000
"""Words kept while nobody could hear them; then the oldest go."""
Facts = Mapping[str, Any]
Listener = Callable[[str, Facts], None]
_log = structlog.get_logger(__name__)


class Peers:
    """This process among all that serve the same database.

    :ivar me: the name of this process, as long as it lives
    """

    def __init__(self) -> None:
        self.me = uuid4().hex
        self._listeners: dict[str, list[Listener]] = {}
        self._untold: deque[Facts] = deque(maxlen=MOST_UNTOLD)
        self._bell = asyncio.Event()
        self._heard: dict[str, float] = {}
        self._asked: dict[str, asyncio.Future[Facts]] = {}
        self.on("answer", self._answered)

    def on(self, kind: str, listener: Listener) -> None:
        """Have `listener(process, facts)` called for every word of a kind, as long as this process lives.

        Beside the kinds that are told there are `back`, said to this process alone when it hears again, whereupon
        what it knows of others no longer holds; and `who`, whereupon everybody says again what holds.
        """
        self._listeners.setdefault(kind, []).append(listener)

    def tell(self, kind: str, **facts: Any) -> None:
        """Tell every process something, soon and in this order; it must fit into some thousand bytes."""
        self._untold.append({"kind": kind, "from": self.me, **facts})
        self._bell.set()

    async def ask(self, process: str, kind: str, **facts: Any) -> Facts | None:
        """Ask one process something; none when it does not answer in time."""
        number = uuid4().hex
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            self.tell(kind, to=process, ask=number, **facts)
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            _log.warning("peers.unanswered", kind=kind, peer=process)
            return None
        finally:
            del self._asked[number]

    def answer(self, process: str, asked: Facts, **facts: Any) -> None:
        """Answer what a process asked."""
        self.tell("answer", to=process, ask=asked["ask"], **facts)

    def lives(self, process: str) -> bool:
        """Tell whether a process is this one, or said something lately."""
        return process == self.me or time.monotonic() - self._heard.get(process, -GONE) < GONE

    def hear(self, payload: str) -> None:
        """Take an announcement; the empty one says that this process hears again."""
        if not payload:
            self._pass("back", self.me, {})
            self.tell("who")
            return
        try:
            raw = base64.b64decode(payload, validate=True)
            number = UUID(bytes=raw[:16])
            word: dict[str, Any] = json.loads(crypto.unseal("peers", "word", number, raw[16:]))
        except (crypto.CannotOpen, binascii.Error, ValueError) as error:
            _log.error("peers.unreadable", error=type(error).__name__)
            return
        process = str(word.pop("from"))
        self._heard[process] = time.monotonic()
        if word.get("to", self.me) == self.me:
            self._pass(str(word.pop("kind")), process, word)

    def _pass(self, kind: str, process: str, facts: Facts) -> None:
        for listener in self._listeners.get(kind, ()):
            listener(process, facts)

    def _answered(self, _process: str, facts: Facts) -> None:
        asked = self._asked.get(str(facts["ask"]))
        if asked and not asked.done():
            asked.set_result(facts)

    async def run(self, url: str) -> None:
        """Tell what is to be told, until it is cancelled, on a connection of its own."""
        connection: psycopg.AsyncConnection[Any] | None = None
        try:
            while True:
                try:
                    async with asyncio.timeout(BEAT):
                        await self._bell.wait()
                except TimeoutError:
                    self.tell("here")
                self._bell.clear()  # by now every word told stands in the queue
                try:
                    connection = connection or await psycopg.AsyncConnection.connect(url, autocommit=True)
                    while self._untold:
                        if payload := sealed(self._untold.popleft()):
                            await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
                except psycopg.Error as error:
                    _log.warning("peers.untold", error=type(error).__name__, words=1 + len(self._untold))
                    self._untold.clear()  # too late for them: who hears again asks for what holds
                    if connection:
                        await connection.close()
                        connection = None
        finally:
            if connection:
                await connection.close()


def sealed(word: Facts) -> str:
    """Write a word as it is announced; empty for one that is too long, which the log tells."""
    number = uuid4()
    text = json.dumps(word, ensure_ascii=False, separators=(",", ":"))
    payload = base64.b64encode(number.bytes + crypto.seal("peers", "word", number, text)).decode()
    if len(payload) <= LONGEST:
        return payload
    _log.error("peers.too_long", kind=word["kind"], bytes=len(payload))
    return ""


peers = Peers()
"""The others, for this process."""
