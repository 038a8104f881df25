"""Card reads on their way from a desk's bridge into the form that is open at that desk.

A form arms its desk while its page is open; the read goes to the form that armed last.
Nothing is stored here: a read that finds no form is refused and the bridge says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.people.models import IdType
from state.clock import now

ARMED_FOR = timedelta(seconds=60)
"""A page renews its arming while it is open; one that vanished is forgotten after this."""

Receive = Callable[[str, "CardRead"], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class CardRead:
    """One read of a card. It is clear text: never logged, never stored."""

    fields: Mapping[str, str | None]
    id_type: IdType
    reader_sam_id: str

    def __repr__(self) -> str:
        return f"CardRead(id_type={self.id_type.value!r})"


@dataclass(frozen=True, slots=True)
class Delivery:
    delivered: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Armed:
    client: str
    receive: Receive
    until: datetime


@dataclass(frozen=True, slots=True)
class ReaderState:
    """Say how the reader of a desk is: a state word and a sentence for people."""

    state: str
    message: str


_armed: dict[str, _Armed] = {}
_readers: dict[str, ReaderState] = {}
_watchers: dict[str, Callable[[str, ReaderState], Awaitable[None]]] = {}


def arm(desk: str, client: str, receive: Receive) -> None:
    """Let the form of a client take the next reads of a desk."""
    _armed[desk] = _Armed(client, receive, now() + ARMED_FOR)


def disarm(desk: str, client: str) -> None:
    """End the arming if it is still this client's."""
    if desk in _armed and _armed[desk].client == client:
        del _armed[desk]


def disarm_all(client: str) -> None:
    """End every arming of a client whose page closed."""
    for desk in [desk for desk, armed_form in _armed.items() if armed_form.client == client]:
        del _armed[desk]


def free_for(desk: str, client: str) -> bool:
    """Tell whether a client may renew its arming without taking the desk from another form."""
    return not armed(desk) or _armed[desk].client == client


def armed(desk: str) -> bool:
    """Tell whether a form waits for a card at the desk."""
    return desk in _armed and _armed[desk].until > now()


async def deliver(desk: str, read: CardRead) -> Delivery:
    """Bring a read into the form armed at the desk."""
    target = _armed.get(desk)
    if target is None:
        return Delivery(delivered=False, reason="not_armed")
    if target.until <= now():
        return Delivery(delivered=False, reason="expired")
    taken = await target.receive(target.client, read)
    return Delivery(delivered=taken, reason="" if taken else "not_armed")


async def reader_changed(desk: str, state: str, message: str) -> None:
    """Note how a desk's reader is and tell the form that is open there."""
    _readers[desk] = ReaderState(state, message)
    if desk in _armed and (watcher := _watchers.get(_armed[desk].client)):
        await watcher(_armed[desk].client, _readers[desk])


def reader_of(desk: str) -> ReaderState:
    """Tell how the reader of a desk is; unknown when no bridge is connected."""
    return _readers.get(desk, ReaderState("offline", "读卡程序未连接，可直接手工录入"))


def bridge_left(desk: str) -> None:
    """Forget the reader of a desk whose bridge disconnected."""
    _readers.pop(desk, None)


def watch(client: str, watcher: Callable[[str, ReaderState], Awaitable[None]]) -> None:
    """Have a client told when the reader of its desk changes."""
    _watchers[client] = watcher


def unwatch(client: str) -> None:
    """End that."""
    _watchers.pop(client, None)
