"""The server's side of a desk, for trying the bridge without the product.

A real WebSocket server on 127.0.0.1. It checks the token as the product does, greets, keeps what
it received in memory and acknowledges card reads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from device_bridge.protocol import (
    MAX_MESSAGE_BYTES,
    Ack,
    AckReason,
    Card,
    FromBridge,
    FromServer,
    Hello,
    Welcome,
    parse_from_bridge,
    to_text,
)

_wire_log = logging.getLogger("device_bridge.simulated_wire")
# As in the bridge: at DEBUG the library would write card reads.
_wire_log.setLevel(logging.WARNING)


class DeskServer:
    """One desk's door. Use it as an asynchronous context manager.

    :ivar armed: whether a form waits for a read; else reads are acknowledged as not delivered
    :ivar answers: whether reads are acknowledged at all
    :ivar received: every message of the bridge, oldest first
    :ivar dialled: how often somebody knocked, let in or not
    """

    def __init__(self, token: str, port: int = 0) -> None:
        """Prepare the door; port 0 takes a free one."""
        self.armed = True
        self.answers = True
        self.received: list[FromBridge] = []
        self.dialled = 0
        self.port = port
        self._token = token
        self._server: Server | None = None
        self._news = asyncio.Condition()

    @property
    def address(self) -> str:
        """Give the address of the desk `window-1`."""
        return f"ws://127.0.0.1:{self.port}/api/v1/desk/window-1"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Start listening, on the port of last time if there was one."""
        self._server = await serve(
            self._converse,
            "127.0.0.1",
            self.port,
            process_request=self._let_in,
            max_size=MAX_MESSAGE_BYTES,
            logger=_wire_log,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End all conversations and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def say(self, message: FromServer) -> None:
        """Send a message to every bridge connected."""
        for connection in list(self._server.connections) if self._server else []:
            await connection.send(to_text(message))

    async def wait(self, condition: Callable[[Self], bool], within: float = 5.0) -> None:
        """Wait until a condition holds; it is asked after every message.

        :raises TimeoutError: it did not come to hold in time
        """
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: condition(self))

    def cards(self) -> list[Card]:
        """Give the card reads received so far."""
        return [message for message in self.received if isinstance(message, Card)]

    async def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        self.dialled += 1
        await self._tell()
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return connection.respond(HTTPStatus.FORBIDDEN, "")
        return None

    async def _converse(self, connection: ServerConnection) -> None:
        try:
            async for text in connection:
                message = parse_from_bridge(text)
                self.received.append(message)
                if isinstance(message, Hello):
                    await connection.send(to_text(Welcome(desk=message.desk)))
                if isinstance(message, Card) and self.answers:
                    reason = None if self.armed else AckReason.NOT_ARMED
                    ack = Ack(seq=message.seq, delivered=self.armed, reason=reason)
                    await connection.send(to_text(ack))
                await self._tell()
        except ConnectionClosed:
            # A bridge that leaves without a word is what some tests are about.
            _wire_log.debug("a bridge left")

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
