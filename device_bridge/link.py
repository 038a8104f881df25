"""The line to the server: dial out, introduce ourselves, hand over card reads, dial again.

The bridge opens no port of its own. A read the server has not acknowledged is kept in memory only,
the newest alone and for at most a minute: an older card must never land in a later visitor's form.
Nothing here logs a message's content.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from importlib import metadata

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from device_bridge.protocol import (
    MAX_MESSAGE_BYTES,
    Ack,
    Card,
    Error,
    ErrorCode,
    FromServer,
    Hello,
    Ping,
    ProtocolError,
    Reader,
    ReaderState,
    ReaderStatus,
    Welcome,
    parse_from_server,
    to_text,
)
from device_bridge.readers.kit import CardRead, ReaderEvent, StatusChange

log = logging.getLogger("device_bridge")

_wire_log = logging.getLogger("device_bridge.wire")
# At DEBUG the library writes every frame, card reads and the token among them.
_wire_log.setLevel(logging.WARNING)

_REFUSED_STATUS = frozenset({401, 403})
_REFUSED_CLOSE = frozenset({1008, 4401, 4403})
_random = random.SystemRandom()


class TokenRefusedError(Exception):
    """The server knows this token not, or not for this desk."""


class ReplacedError(Exception):
    """Another bridge has taken this desk."""


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where to dial, as whom, and how patiently; times in seconds.

    :ivar address: the full address of the desk's door, `wss://…/api/v1/desk/window-1`
    :ivar hold: how long an unacknowledged read is kept
    :ivar retry_first: before the second attempt; doubles each time, with jitter
    :ivar retry_most: between attempts at most
    :ivar retry_refused: between attempts while the token is refused
    """

    address: str
    desk: str
    token: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    hold: float = 60.0
    ping: float = 20.0
    answer: float = 10.0
    retry_first: float = 1.0
    retry_most: float = 60.0
    retry_refused: float = 60.0


class Link:
    """Keeps one conversation with the server alive for as long as `run` runs."""

    def __init__(self, settings: LinkSettings, state: Callable[[], ReaderState]) -> None:
        """Prepare the line; `state` gives the reader for the introduction."""
        self._settings = settings
        self._state = state
        self._news = asyncio.Event()
        self._held: Card | None = None
        self._held_is_sent = False
        self._status: StatusChange | None = None
        self._told: ReaderStatus | None = None
        self._last_seq = 0
        self._retry = settings.retry_first

    @property
    def holds_a_read(self) -> bool:
        """Tell whether a read still waits for its acknowledgement."""
        return self._held is not None

    def offer(self, event: ReaderEvent) -> None:
        """Take what the reader tells; call it from the event loop."""
        if isinstance(event, StatusChange):
            log.info("读卡器状态：%s（%s）", event.status.value, event.message)
            self._status = event
        else:
            self._hold(event)
        self._news.set()

    def _hold(self, read: CardRead) -> None:
        # Milliseconds keep the number growing over restarts without anything kept on disk.
        seq = self._last_seq = max(self._last_seq + 1, int(time.time() * 1000))
        self._held = Card(
            desk=self._settings.desk,
            seq=seq,
            kind=read.kind,
            fields=read.fields,
            photo_jpeg_b64=None,
            reader=read.reader,
            read_at=read.read_at,
        )
        self._held_is_sent = False
        log.info("读到一张%s，编号 %d。", read.kind.label, seq)
        asyncio.get_running_loop().call_later(self._settings.hold, self._expire, seq)

    def _expire(self, seq: int) -> None:
        if self._held is not None and self._held.seq == seq:
            self._held = None
            log.warning("编号 %d 的读卡未能送达，已作废，请重新读卡。", seq)

    async def run(self) -> None:
        """Talk to the server until it is cancelled, dialling again each time."""
        while True:
            pause = await self._attempt()
            await asyncio.sleep(pause)

    async def _attempt(self) -> float:
        """Hold one conversation and give the seconds to wait afterwards."""
        settings = self._settings
        try:
            async with self._dial() as connection:
                await self._converse(connection)
        except TokenRefusedError:
            log.warning("服务器拒绝了本窗口的令牌，请在系统中重新配对 %s。", settings.desk)
            return settings.retry_refused
        except ReplacedError:
            log.warning("另一台电脑正在使用窗口 %s，本机暂停连接。", settings.desk)
            return settings.retry_refused
        except InvalidStatus as refused:
            status = refused.response.status_code
            if status in _REFUSED_STATUS:
                log.warning("服务器拒绝了本窗口的令牌（%d），请在系统中重新配对。", status)
                return settings.retry_refused
            return self._back_off(f"HTTP {status}")
        except (OSError, WebSocketException, ProtocolError) as lost:
            return self._back_off(type(lost).__name__)
        return self._back_off("服务器已断开")

    def _dial(self) -> connect:
        settings = self._settings
        return connect(
            settings.address,
            ssl=settings.tls,
            additional_headers={"Authorization": f"Bearer {settings.token}"},
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=settings.answer,
            close_timeout=2,
            ping_interval=settings.ping,
            ping_timeout=settings.ping,
            logger=_wire_log,
        )

    def _back_off(self, reason: str) -> float:
        wait = self._retry * _random.uniform(0.5, 1.5)
        self._retry = min(self._retry * 2, self._settings.retry_most)
        log.warning("与服务器的连接中断（%s），%.1f 秒后重试。", reason, wait)
        return wait

    async def _converse(self, connection: ClientConnection) -> None:
        try:
            await self._introduce(connection)
            await _first_of(self._listen(connection), self._speak(connection))
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in _REFUSED_CLOSE:
                raise TokenRefusedError from closed
            raise

    async def _introduce(self, connection: ClientConnection) -> None:
        version = _version()
        # What happened until now is in the introduction; only later changes are news.
        state, self._status = self._state(), None
        self._told = state.status
        hello = Hello(desk=self._settings.desk, bridge_version=version, readers=(state,))
        await connection.send(to_text(hello))
        async with asyncio.timeout(self._settings.answer):
            text = await connection.recv()
        answer = parse_from_server(text)
        if not isinstance(answer, Welcome):
            self._take(answer)
            raise ProtocolError("invalid", "服务器没有应答问候。")
        log.info("已连接服务器，窗口 %s。", self._settings.desk)
        self._retry = self._settings.retry_first
        self._held_is_sent = False
        self._news.set()

    async def _speak(self, connection: ClientConnection) -> None:
        """Send what is new, and a sign of life when nothing is."""
        while True:
            try:
                # Not wait_for: before Python 3.12 it may swallow a cancellation, and this loop
                # would then outlive its conversation.
                async with asyncio.timeout(self._settings.ping):
                    await self._news.wait()
            except TimeoutError:
                await connection.send(to_text(Ping()))
                continue
            self._news.clear()
            if (change := self._status) is not None:
                self._status = None
                if change.status != self._told:
                    self._told = change.status
                    message = Reader(status=change.status, message=change.message)
                    await connection.send(to_text(message))
            if (card := self._held) is not None and not self._held_is_sent:
                self._held_is_sent = True
                await connection.send(to_text(card))

    async def _listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            try:
                message = parse_from_server(text)
            except ProtocolError as unclear:
                log.warning("服务器的消息无法识别（%s）。", unclear.code)
            else:
                self._take(message)

    def _take(self, message: FromServer) -> None:
        match message:
            case Ack():
                self._settle(message)
            case Error(code=ErrorCode.REPLACED):
                raise ReplacedError
            case Error():
                log.warning("服务器提示（%s）：%s", message.code.value, message.message)
            case Welcome():
                log.debug("服务器再次问候。")

    def _settle(self, ack: Ack) -> None:
        if self._held is None or self._held.seq != ack.seq:
            return
        self._held = None
        if ack.delivered:
            log.info("编号 %d 的读卡已送达。", ack.seq)
        else:
            reason = ack.reason.label if ack.reason else "服务器未说明原因。"
            log.info("编号 %d 的读卡未被采用：%s", ack.seq, reason)


async def _first_of(*conversations: Coroutine[None, None, None]) -> None:
    """Run all until the first ends, end the others and pass on its error."""
    tasks = [asyncio.ensure_future(conversation) for conversation in conversations]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _version() -> str:
    try:
        return metadata.version("fengqiao")
    except metadata.PackageNotFoundError:
        return "0"
