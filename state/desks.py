"""Card reads on their way from a desk's bridge into the form that is open at that desk.

A form arms its desk while its page is open; the read goes to the form that armed last, whichever web process its page
and the bridge are connected to. All processes know who armed and how the readers are (`state.peers`); of two that
armed a desk the later one counts, by a stamp that is larger than any its process knew of. A form of this process is
reached at once, one of another is asked.
Nothing is stored here: a read that finds no form is refused and the bridge says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from domain.people.models import IdType
from state.clock import now
from state.peers import Facts, peers

ARMED_FOR = timedelta(seconds=60)
"""A page renews its arming while it is open; one that vanished is forgotten after this."""
_log = structlog.get_logger(__name__)

Receive = Callable[[str, "CardRead"], Awaitable[bool]]
Dismiss = Callable[[], Coroutine[Any, Any, None]]


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
class ReaderState:
    """Say how the reader of a desk is: a state word and a sentence for people."""

    state: str
    message: str


OFFLINE = ReaderState("offline", "读卡程序未连接，可直接手工录入")


@dataclass(frozen=True, slots=True)
class Answer:
    """Say what the last read of a desk was answered with."""

    seq: int
    delivered: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Armed:
    process: str
    client: str
    stamp: int
    until: datetime

    @property
    def mine(self) -> bool:
        return self.process == peers.me


@dataclass(frozen=True, slots=True)
class _Bridge:
    """The bridge of a desk, connected to some process as its line of a number."""

    process: str
    line: str
    address: str
    stamp: int
    reader: ReaderState = OFFLINE


@dataclass(slots=True)
class _Known:
    """All that this process knows, of its own and of the others."""

    armed: dict[str, _Armed] = field(default_factory=dict[str, _Armed])
    bridges: dict[str, _Bridge] = field(default_factory=dict[str, _Bridge])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    """The last read of each desk: the same number again is the same read."""
    forms: dict[str, Receive] = field(default_factory=dict[str, Receive])
    watchers: dict[str, Callable[[str, ReaderState], Awaitable[None]]] = field(
        default_factory=dict[str, Callable[[str, ReaderState], Awaitable[None]]]
    )
    lines: dict[str, Dismiss] = field(default_factory=dict[str, Dismiss])
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])


_known = _Known()


def arm(desk: str, client: str, receive: Receive) -> None:
    """Let the form of a client take the next reads of a desk."""
    _known.forms[client] = receive
    _arm(desk, client, _later_than(_known.armed.get(desk)))


def renew(desk: str, client: str, receive: Receive) -> None:
    """Let a form take them longer, or again, unless another form has armed the desk since."""
    if not free_for(desk, client):
        return
    present = _known.armed.get(desk)
    if present and armed(desk):
        _arm(desk, client, present.stamp)
    else:
        arm(desk, client, receive)


def _later_than(before: _Armed | _Bridge | None) -> int:
    return max(time.time_ns(), before.stamp + 1 if before else 0)


def _arm(desk: str, client: str, stamp: int) -> None:
    _known.armed[desk] = _Armed(peers.me, client, stamp, now() + ARMED_FOR)
    peers.tell("desk.armed", desk=desk, client=client, stamp=stamp)


def disarm(desk: str, client: str) -> None:
    """End the arming if it is still this client's."""
    present = _known.armed.get(desk)
    if present and present.mine and present.client == client:
        del _known.armed[desk]
        peers.tell("desk.disarmed", desk=desk, stamp=present.stamp)


def disarm_all(client: str) -> None:
    """End every arming of a client whose page closed."""
    for desk in list(_known.armed):
        disarm(desk, client)
    _known.forms.pop(client, None)


def free_for(desk: str, client: str) -> bool:
    """Tell whether a client may renew its arming without taking the desk from another form."""
    present = _known.armed.get(desk)
    return present is None or not armed(desk) or (present.mine and present.client == client)


def armed(desk: str) -> bool:
    """Tell whether a form waits for a card at the desk."""
    return desk in _known.armed and _known.armed[desk].until > now()


async def deliver(desk: str, read: CardRead) -> Delivery:
    """Bring a read into the form armed at the desk."""
    target = _known.armed.get(desk)
    if target is None:
        return Delivery(delivered=False, reason="not_armed")
    if target.until <= now():
        return Delivery(delivered=False, reason="expired")
    if target.mine:
        taken = await _given(target.client, read)
    else:
        answer = await peers.ask(
            target.process, "desk.read", client=target.client,
            fields=dict(read.fields), id_type=read.id_type.value, sam_id=read.reader_sam_id,
        )  # fmt: skip
        taken = answer is not None and answer["taken"] is True
    return Delivery(delivered=taken, reason="" if taken else "not_armed")


async def _given(client: str, read: CardRead) -> bool:
    receive = _known.forms.get(client)
    return receive is not None and await receive(client, read)


def answered(desk: str) -> Answer | None:
    """Tell what the last read of a desk was answered with, by whichever process."""
    return _known.answers.get(desk)


def note_answer(desk: str, answer: Answer) -> None:
    """Remember what a read was answered with: its bridge may ask again, and another process."""
    _known.answers[desk] = answer
    peers.tell("desk.answered", desk=desk, seq=answer.seq, delivered=answer.delivered, reason=answer.reason)


async def bridge_came(desk: str, line: str, address: str, dismiss: Dismiss) -> bool:
    """Take a desk for the bridge on a line, and dismiss the line before it; false where another computer has it.

    :param dismiss: called when a newer line of the same computer takes over
    """
    before = _known.bridges.get(desk)
    if before and peers.lives(before.process) and before.address != address:
        return False
    _known.bridges[desk] = _Bridge(peers.me, line, address, _later_than(before))
    replaced = _known.lines.pop(before.line, None) if before else None
    _known.lines[line] = dismiss
    _tell_bridge(desk, _known.bridges[desk])
    if replaced:
        await replaced()
    return True


async def bridge_left(desk: str, line: str) -> None:
    """Forget the reader of a desk whose bridge disconnected, if it is still that one's."""
    _known.lines.pop(line, None)
    present = _known.bridges.get(desk)
    if present and present.line == line:
        del _known.bridges[desk]
        peers.tell("desk.left", desk=desk, line=line)
        await _watched(desk)


async def reader_changed(desk: str, line: str, state: str, message: str) -> None:
    """Note how the reader of a desk's bridge is and tell the form that is open there."""
    present = _known.bridges.get(desk)
    if present and present.line == line:
        _known.bridges[desk] = replace(present, reader=ReaderState(state, message))
        _tell_bridge(desk, _known.bridges[desk])
        await _watched(desk)


def _tell_bridge(desk: str, bridge: _Bridge) -> None:
    state, message = bridge.reader.state, bridge.reader.message
    peers.tell(
        "desk.bridge",
        desk=desk,
        line=bridge.line,
        address=bridge.address,
        stamp=bridge.stamp,
        state=state,
        said=message,
    )


def reader_of(desk: str) -> ReaderState:
    """Tell how the reader of a desk is; offline when no bridge is connected."""
    present = _known.bridges.get(desk)
    return present.reader if present and peers.lives(present.process) else OFFLINE


def watch(client: str, watcher: Callable[[str, ReaderState], Awaitable[None]]) -> None:
    """Have a client told when the reader of its desk changes."""
    _known.watchers[client] = watcher


def unwatch(client: str) -> None:
    """End that."""
    _known.watchers.pop(client, None)


async def _watched(desk: str) -> None:
    form = _known.armed.get(desk)
    if form and form.mine and (watcher := _known.watchers.get(form.client)):
        await watcher(form.client, reader_of(desk))


def _begin(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.get_running_loop().create_task(work, name="desk")
    _known.tasks.add(task)
    task.add_done_callback(_known.tasks.discard)
    task.add_done_callback(_tell_of_a_fault)


def _tell_of_a_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()):
        _log.error("desk.failed", error=type(fault).__name__)  # without its words: they may quote a card


def _hear_armed(process: str, facts: Facts) -> None:
    desk, stamp = str(facts["desk"]), int(facts["stamp"])
    present = _known.armed.get(desk)
    if process != peers.me and not (present and armed(desk) and present.stamp > stamp):
        _known.armed[desk] = _Armed(process, str(facts["client"]), stamp, now() + ARMED_FOR)


def _hear_disarmed(process: str, facts: Facts) -> None:
    present = _known.armed.get(str(facts["desk"]))
    if present and (present.process, present.stamp) == (process, int(facts["stamp"])):
        del _known.armed[str(facts["desk"])]


def _hear_read(process: str, facts: Facts) -> None:
    async def give() -> None:
        read = CardRead(facts["fields"], IdType(facts["id_type"]), str(facts["sam_id"]))
        peers.answer(process, facts, taken=await _given(str(facts["client"]), read))

    _begin(give())


def _hear_answered(process: str, facts: Facts) -> None:
    if process != peers.me:
        _known.answers[str(facts["desk"])] = Answer(int(facts["seq"]), bool(facts["delivered"]), str(facts["reason"]))


def _hear_bridge(process: str, facts: Facts) -> None:
    desk, stamp = str(facts["desk"]), int(facts["stamp"])
    present = _known.bridges.get(desk)
    if process == peers.me or (present and peers.lives(present.process) and present.stamp > stamp):
        return
    reader = ReaderState(str(facts["state"]), str(facts["said"]))
    _known.bridges[desk] = _Bridge(process, str(facts["line"]), str(facts["address"]), stamp, reader)
    if present and (replaced := _known.lines.pop(present.line, None)):
        _begin(replaced())
    _begin(_watched(desk))


def _hear_left(process: str, facts: Facts) -> None:
    desk = str(facts["desk"])
    present = _known.bridges.get(desk)
    if process != peers.me and present and present.line == facts["line"]:
        del _known.bridges[desk]
        _begin(_watched(desk))


def _forget(_process: str, _facts: Facts) -> None:
    """Forget what was known of others: it may have changed while nothing was heard."""
    _known.armed = {desk: one for desk, one in _known.armed.items() if one.mine}
    _known.bridges = {desk: one for desk, one in _known.bridges.items() if one.process == peers.me}


def _say_again(process: str, _facts: Facts) -> None:
    """Tell whoever asks what holds: it was started, or was away."""
    if process == peers.me:
        return
    for desk, form in _known.armed.items():
        if form.mine and armed(desk):
            peers.tell("desk.armed", desk=desk, client=form.client, stamp=form.stamp)
    for desk, bridge in _known.bridges.items():
        if bridge.process == peers.me:
            _tell_bridge(desk, bridge)
            if desk in _known.answers:
                note_answer(desk, _known.answers[desk])


for _kind, _listener in {
    "desk.armed": _hear_armed,
    "desk.disarmed": _hear_disarmed,
    "desk.read": _hear_read,
    "desk.answered": _hear_answered,
    "desk.bridge": _hear_bridge,
    "desk.left": _hear_left,
    "back": _forget,
    "who": _say_again,
}.items():
    peers.on(_kind, _listener)
