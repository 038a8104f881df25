"""The device bridge of a reception desk: card reads come in, and go to the form that waits at that desk.

Nothing is stored here and no message is logged: a card read is clear personal data.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from app.api.doors import address_of
from device_bridge.protocol import (
    Ack,
    AckReason,
    Card,
    CardKind,
    Error,
    ErrorCode,
    FromServer,
    Hello,
    ProtocolError,
    Reader,
    Welcome,
    parse_from_bridge,
    to_text,
)
from domain.kernel.clock import local_date
from domain.kernel.unit_of_work import unit_of_work
from domain.people import rules
from domain.people.models import IdType
from domain.visits import queries as visits
from state import desks
from state.clock import now

router = APIRouter()
HELLO_SECONDS, SILENCE_SECONDS = 10.0, 60.0
"""A bridge speaks every 20 seconds; one that is silent for three times as long is gone."""
TOO_OLD = timedelta(minutes=10)
"""Bridges drop a read after a minute; the rest is for clocks that are wrong."""
ID_TYPES = {
    CardKind.PRC: IdType.RESIDENT,
    CardKind.SSC: IdType.RESIDENT,
    CardKind.HMT: IdType.HMT_RESIDENCE,
    CardKind.FPR2017: IdType.FOREIGNER,
    CardKind.FPR2023: IdType.FOREIGNER,
}
"""What each kind of card proves; a social security card bears the number of the resident."""
_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Line:
    """One bridge's conversation."""

    desk: str
    socket: WebSocket
    address: str
    number: str = field(default_factory=lambda: uuid4().hex)

    async def say(self, message: FromServer) -> None:
        await self.socket.send_text(to_text(message))

    async def object(self, code: ErrorCode, message: str) -> None:
        await self.say(Error(code=code, message=message))


@router.websocket("/api/v1/desk/{desk}")
async def desk_door(socket: WebSocket, desk: str) -> None:
    """Talk with the bridge of a desk until it leaves."""
    if not await _admitted(socket, desk):
        # Before the handshake ends this is HTTP 403, which tells the bridge to pair again.
        await socket.close(1008)
        return
    await socket.accept()
    line = _Line(desk, socket, address_of(socket))
    try:
        if (hello := await _introduced(line)) and await _took_over(line):
            await _welcome(line, hello)
            await _converse(line)
    except (WebSocketDisconnect, TimeoutError):
        _log.info("bridge left", desk=desk)
    finally:
        await desks.bridge_left(desk, line.number)


async def _admitted(socket: WebSocket, desk: str) -> bool:
    scheme, _, token = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or not desk.isprintable():
        return False
    async with unit_of_work() as session:
        return await visits.desk_of_token(session, desk, token.strip()) is not None


async def _introduced(line: _Line) -> Hello | None:
    async with asyncio.timeout(HELLO_SECONDS):
        message = await _hear(line)
    if isinstance(message, Hello) and message.desk == line.desk:
        return message
    wrong = isinstance(message, Hello)
    code = ErrorCode.WRONG_DESK if wrong else ErrorCode.BAD_MESSAGE
    await line.object(code, "窗口与令牌不符。" if wrong else "应先问候。")
    await line.socket.close(1008 if wrong else 1002)
    return None


async def _welcome(line: _Line, hello: Hello) -> None:
    await line.say(Welcome(desk=line.desk))
    for reader in hello.readers[:1]:
        await desks.reader_changed(line.desk, line.number, reader.status.value, reader.status.label)


async def _took_over(line: _Line) -> bool:
    """One bridge a desk: another computer is turned away, the same one has merely dialled again."""
    if not await desks.bridge_came(line.desk, line.number, line.address, lambda: _dismiss(line)):
        await line.object(ErrorCode.REPLACED, "另一台电脑正在使用这个窗口。")
        await line.socket.close(1000)
        return False
    _log.info("bridge connected", desk=line.desk)
    return True


async def _dismiss(line: _Line) -> None:
    # The old line may be dead already: whatever sending on it says changes nothing.
    try:
        async with asyncio.timeout(1):
            await line.object(ErrorCode.REPLACED, "本窗口已由新的连接接替。")
            await line.socket.close(1000)
    except (RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
        _log.info("old line was gone", desk=line.desk)


async def _converse(line: _Line) -> None:
    while True:
        async with asyncio.timeout(SILENCE_SECONDS):
            message = await _hear(line)
        if isinstance(message, Card):
            await line.say(await _answer(line, message))
        elif isinstance(message, Reader):
            await desks.reader_changed(line.desk, line.number, message.status.value, message.message)


async def _hear(line: _Line) -> object:
    # The next message that can be read; what cannot is objected to, without quoting it.
    while True:
        raw = await line.socket.receive()
        if raw["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(raw.get("code", 1000))
        try:
            return parse_from_bridge(raw.get("text") or raw.get("bytes") or b"")
        except ProtocolError as unclear:
            large = unclear.code == "too_large"
            await line.object(ErrorCode.TOO_LARGE if large else ErrorCode.BAD_MESSAGE, unclear.message)


async def _answer(line: _Line, card: Card) -> Ack:
    # The same number again is the same read, whose answer was lost on its way.
    last = desks.answered(line.desk)
    if last and last.seq == card.seq:
        return Ack(seq=last.seq, delivered=last.delivered, reason=AckReason(last.reason) if last.reason else None)
    ack = await _taken(line, card)
    desks.note_answer(line.desk, desks.Answer(ack.seq, ack.delivered, ack.reason.value if ack.reason else ""))
    return ack


async def _taken(line: _Line, card: Card) -> Ack:
    reason = _fault(line, card)
    if reason is None:
        fields = {name: _text(value) for name, value in card.fields.model_dump(mode="json").items()}
        read = desks.CardRead(fields, ID_TYPES[card.kind], card.reader.sam_id or "")
        delivery = await desks.deliver(line.desk, read)
        if delivery.delivered:
            return Ack(seq=card.seq, delivered=True)
        known = delivery.reason in {word.value for word in AckReason}
        reason = AckReason(delivery.reason) if known else AckReason.NOT_ARMED
    return Ack(seq=card.seq, delivered=False, reason=reason)


def _fault(line: _Line, card: Card) -> AckReason | None:
    # A stale read, a read of another desk, or a number that cannot be right never reaches a form.
    last = desks.answered(line.desk)
    if last is not None and card.seq < last.seq:
        return AckReason.DUPLICATE
    if now() - card.read_at > TOO_OLD:
        return AckReason.EXPIRED
    number = rules.tidy_id(card.fields.id_no or "")
    wrong = rules.id_number_fault(ID_TYPES[card.kind], number, local_date(now()))
    return AckReason.INVALID if wrong or card.desk != line.desk else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
