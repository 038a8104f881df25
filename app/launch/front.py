"""The front of several web processes: it takes every connection and hands it, unread, to one of them.

`python -m app.launch.front`, started by the supervisor where `WORKERS` is more than one. It looks at the head of the
first request without taking it from the socket, chooses a process by the session, and sends it the socket itself
(SCM_RIGHTS). After that the connection costs nothing here: no byte is copied.

A person's connections go to one process, where the state of their pages is. Which one is told by the highest hash of
session and place: when a process dies its people are spread over the others, all others stay where they are, and once
it is back its people return with their next connection.

A process that works sends the reading end of a pipe, which closes with the process: what was handed to it and not yet
taken is then taken back and handed to another. One that is gone already when it is asked for keeps nobody waiting.
"""

from __future__ import annotations

import os
import re
import resource
import selectors
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from itertools import count, pairwise
from typing import TYPE_CHECKING

from app import attempts, logs
from app.launch.errors import CannotStart
from app.launch.parent import ALIVE, EVERY, READY, Parent
from app.launch.patience import HEADER_SECONDS, MOST_WAITING
from app.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 1000
"""Connections that have not said anything whole yet, of all addresses together."""
HEAD_BYTES = 32 * 1024
"""So much of a request is looked at; whose cookie stands after it is sent on by its address."""
AT_ONCE = 64
"""Connections taken in one turn, between two looks at those that wait."""
AGAIN = 0.1
"""Seconds after which a connection that no process could be given is tried again."""
CONNECTION, WHO = b"c", b"?"
"""What the front says to a process: here is a connection; say again that you work."""
_TLS = b"\x16"
_DESK = re.compile(rb"[A-Z]+ (/api/v1/desk/[^ ?]+)")
_SESSION = re.compile(rb"(?i:\r\ncookie:)[^\r]*?[ ;](?:__Host-)?fq_session=([^;\s]+)")
_BEARER = re.compile(rb"(?i:\r\nauthorization:)")
_FORWARDED = re.compile(rb"(?i:\r\nx-forwarded-for:)([^\r]*)")


@dataclass(eq=False, slots=True)
class Waiting:
    """A connection that is not handed over yet.

    :ivar seen: bytes of its head that came; :ivar until: when its time is up
    """

    line: socket.socket
    address: str
    until: float
    seen: int = 0


@dataclass(eq=False, slots=True)
class Place:
    """The place of one web process: the channel to it, whichever process holds it at present.

    :ivar near: the front's end; `far` the process's own, from which what it did not take is taken back
    :ivar life: a pipe that closes when the process is gone; none while no process works here
    """

    number: int
    near: socket.socket
    far: socket.socket
    life: int | None = None

    def give(self, line: socket.socket) -> bool:
        """Send a connection to the process; false when it has too many untaken."""
        try:
            socket.send_fds(self.near, [CONNECTION], [line.fileno()])
        except OSError:  # its channel is full, or the system allows no more descriptors under way
            return False
        line.close()
        return True

    def taken_back(self) -> list[socket.socket]:
        """Take back every connection that the process did not take."""
        found: list[socket.socket] = []
        with suppress(BlockingIOError):
            while True:
                _, lines, _, _ = socket.recv_fds(self.far, 1, 1)
                found += [socket.socket(fileno=line) for line in lines]
        return found


@dataclass(eq=False)
class Front:
    """All connections between their first byte and the process that serves them.

    :ivar trusted: the proxies that are believed about where a request comes from
    """

    listening: socket.socket
    places: Sequence[Place]
    trusted: Callable[[str], bool]
    waiting: dict[Waiting, None] = field(default_factory=dict)
    """In the order in which they came."""
    ready: list[Waiting] = field(default_factory=list)
    """Those that could be handed over, but to nobody at present."""

    def __post_init__(self) -> None:
        """Ask every process whether it works."""
        self._turn, self._by_address, self._accepts = count(), Counter[str](), False
        self._selector = selectors.DefaultSelector()
        for place in self.places:
            place.near.setblocking(False)
            place.far.setblocking(False)
            self._selector.register(place.near, selectors.EVENT_READ, lambda place=place: self._hear(place))
            place.near.send(WHO)
        self.listening.setblocking(False)

    def turn(self, seconds: float) -> None:
        """Do what there is to do, or wait so long for it."""
        self._listen(wanted=any(place.life is not None for place in self.places))
        for key, _ in self._selector.select(min(seconds, AGAIN) if self.ready else seconds):
            key.data()
        unserved, self.ready = self.ready, []
        for one in unserved:
            self._hand(one)
        self._give_up_late()

    def _listen(self, *, wanted: bool) -> None:
        """Take no connection while nobody could serve it: the system keeps those that come."""
        if wanted and not self._accepts:
            self._selector.register(self.listening, selectors.EVENT_READ, self._accept)
        if self._accepts and not wanted:
            self._selector.unregister(self.listening)
        self._accepts = wanted

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                line, address = self.listening.accept()
            except BlockingIOError:
                return
            except OSError:  # it is gone again, or there are no descriptors left: then somebody has to go
                self._give_up(next(iter(self.waiting), None))
                return
            line.setblocking(False)
            with suppress(OSError):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._wait(Waiting(line, str(address[0]), time.monotonic() + HEADER_SECONDS))

    def _wait(self, one: Waiting) -> None:
        self.waiting[one] = None
        self._by_address[one.address] += 1
        if self._look(one):
            return
        self._selector.register(one.line, selectors.EVENT_READ, lambda: self._look(one))
        if self._by_address[one.address] > MOST_WAITING:
            self._give_up(next(other for other in self.waiting if other.address == one.address))
        elif len(self.waiting) > MOST:
            self._give_up(next(iter(self.waiting)))

    def _look(self, one: Waiting) -> bool:
        """Look at what came of a head, and hand the connection over when that is enough; tell whether it is settled."""
        if one not in self.waiting:
            return True
        try:
            head = one.line.recv(HEAD_BYTES, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            head = b""
        if len(head) == one.seen:  # woken by nothing new: the other side is gone
            self._settle(one)
            one.line.close()
            return True
        one.seen = len(head)
        if head[:1] != _TLS and b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
            one.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(head) + 1)  # wake for more than this
            return False
        self._settle(one)
        one.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._hand(one, head)
        return True

    def _settle(self, one: Waiting) -> None:
        del self.waiting[one]
        self._by_address[one.address] -= 1
        if not self._by_address[one.address]:
            del self._by_address[one.address]
        with suppress(KeyError):
            self._selector.unregister(one.line)

    def _hand(self, one: Waiting, head: bytes | None = None) -> None:
        """Hand a connection to the process it belongs to, else to the next that can take it."""
        if head is None:
            try:
                head = one.line.recv(HEAD_BYTES, socket.MSG_PEEK)
            except OSError:
                head = b""
        key = key_of(head, one.address, self.trusted) or next(self._turn).to_bytes(8, "big")
        working = [place for place in self.places if place.life is not None]
        working.sort(key=lambda place: weight(key, place.number), reverse=True)
        if not any(place.give(one.line) for place in working):
            self.ready.append(one)
            if len(self.ready) > MOST:
                self.ready.pop(0).line.close()

    def _give_up_late(self) -> None:
        at = time.monotonic()
        while (one := next(iter(self.waiting), None)) and one.until < at:
            self._give_up(one)

    def _give_up(self, one: Waiting | None) -> None:
        if one:
            attempts.note("connection.given_up", one.address)
            self._settle(one)
            one.line.close()

    def _hear(self, place: Place) -> None:
        """Learn that a process works: from now on it is handed connections."""
        with suppress(BlockingIOError):
            _, lives, _, _ = socket.recv_fds(place.near, 1, 1)
            for life in lives:
                self._forget(place)
                place.life = life
                self._selector.register(life, selectors.EVENT_READ, lambda life=life: self._gone(place, life))

    def _gone(self, place: Place, life: int) -> None:
        """Hand what a process left untaken to the others."""
        if place.life != life:
            return  # the next one works here by now
        self._forget(place)
        for line in place.taken_back():
            with suppress(OSError):
                self._hand(Waiting(line, str(line.getpeername()[0]), 0.0))

    def _forget(self, place: Place) -> None:
        if place.life is not None:
            self._selector.unregister(place.life)
            os.close(place.life)
            place.life = None


def key_of(head: bytes, address: str, trusted: Callable[[str], bool]) -> bytes | None:
    """Tell by what a connection is bound to a process; none for one that any process serves as well.

    A bridge by its desk, a person by the session. Programs with a token are spread evenly: nothing of theirs is kept
    in a process. Whoever has not signed in goes by the address, which wrong passwords are counted by.
    """
    if head[:1] != _TLS:
        if desk := _DESK.match(head):
            return desk[1]
        if session := _SESSION.search(head.partition(b"\r\n\r\n")[0] + b"\r\n"):
            return session[1]
        if _BEARER.search(head):
            return None
        if trusted(address) and (forwarded := _FORWARDED.search(head)):
            return forwarded[1].rpartition(b",")[2].strip()
    return address.encode()


def weight(key: bytes, number: int) -> bytes:
    """Tell how well a key fits a place: it goes to the place of the highest weight that works."""
    return blake2b(key, digest_size=8, salt=number.to_bytes(8, "big")).digest()


def believed(proxies: str) -> Callable[[str], bool]:
    """Give who is believed, from the setting's addresses and networks."""
    networks = [ip_network(one.strip(), strict=False) for one in proxies.split(",") if one.strip()]
    return lambda address: any(ip_address(address.partition("%")[0]) in network for network in networks)


def main(words: list[str]) -> int:
    """Hand connections over until the process is ended, and give its status if it cannot."""
    parent = Parent.of(words)
    try:
        settings = load()
    except CannotStart as fault:
        parent.say(fault.message)
        return 1
    logs.configure(settings.logs)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listening, *ends = (socket.socket(fileno=one) for one in parent.handed)
    channels = list(pairwise(ends))[::2]
    front = Front(
        listening,
        [Place(number, near, far) for number, (near, far) in enumerate(channels)],
        believed(settings.trusted_proxies),
    )
    parent.say(READY)
    said = time.monotonic()
    while True:
        front.turn(EVERY / 2)
        if time.monotonic() - said >= EVERY:
            parent.say(ALIVE)
            said = time.monotonic()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
