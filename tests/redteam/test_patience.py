"""Clients that drip: headers and bodies that never end are ended by the server, over real sockets.

The served product waits for a minute; here the same layers stand before a small application, with less patience.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.api import entrance
from app.api.edge import Edge
from app.launch import patience
from app.launch.parent import READY, Parent
from app.launch.patience import PatientProtocol
from app.launch.web import Announcing

SHORT, GIVEN_UP_AFTER = 0.4, 20.0
HEAD = b"POST /anything HTTP/1.1\r\nHost: a.example\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a whole body and tell how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(length).encode()})


@pytest_asyncio.fixture(loop_scope="session")
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[int]:
    """Serve behind the product's outermost layers, on a port of its own."""
    monkeypatch.setattr(entrance, "BODY_SECONDS", SHORT)
    monkeypatch.setattr(patience, "HEADER_SECONDS", SHORT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = uvicorn.Config(
            Edge(echo), http=PatientProtocol, lifespan="off", log_config=None, timeout_graceful_shutdown=1
        )
        hears, says = os.pipe()
        server = Announcing(config, Parent(says, ()), taken)
        running = asyncio.create_task(server.serve(sockets=[taken]))
        assert (await asyncio.to_thread(os.read, hears, 64)).startswith(READY.encode())
        yield taken.getsockname()[1]
        server.should_exit = True
        await running
        os.close(says)
        os.close(hears)


async def dripped(port: int, head: bytes, drop: bytes, *, whole: int = 0, pause: float = 0) -> bytes:
    """Send a head and then drops until the server ends the connection, or so many were sent; give its answer.

    What had come is the answer also when a drop met the closed connection and was reset.

    :raises TimeoutError: the server was still listening after a long while
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        sent = 0
        while not whole or sent < whole:
            writer.write(drop)
            await writer.drain()
            sent += 1
            await asyncio.sleep(pause if whole else SHORT / 8)

    writer.write(head)
    dripping, answer = asyncio.create_task(drip()), b""
    try:
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(GIVEN_UP_AFTER):
                while piece := await reader.read(65536):
                    answer += piece
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        writer.close()
    return answer


class TestADrippedBody:
    @pytest.mark.parametrize(
        ("head", "drop"),
        [(b"Content-Length: 100000\r\n\r\n", b"x"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")],
        ids=["of a length", "in chunks"],
    )
    async def test_is_ended_and_told(self, port: int, head: bytes, drop: bytes) -> None:
        with capture_logs() as told:
            answer = await dripped(port, HEAD + head, drop)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer.lower()
        assert b"too_slow" in answer
        assert [(one["event"], one["code"]) for one in told] == [("request.refused", "408")]

    async def test_that_never_begins_is_ended_too(self, port: int) -> None:
        assert (await dripped(port, HEAD + b"Content-Length: 5\r\n\r\n", b"")).startswith(b"HTTP/1.1 408 ")

    async def test_that_keeps_coming_fast_enough_is_read_however_long_it_takes(self, port: int) -> None:
        many, drop = 24, b"x" * 4096
        head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (many * len(drop))
        answer = await dripped(port, head, drop, whole=many, pause=SHORT / 8)
        assert answer.startswith(b"HTTP/1.1 200 ")

    async def test_that_comes_in_time_is_read(self, port: int) -> None:
        answer = await dripped(port, HEAD + b"Connection: close\r\nContent-Length: 50\r\n\r\n", b"xxxxx", whole=10)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"\r\n50\r\n" in answer


class TestDrippedHeaders:
    async def test_are_ended_without_an_answer(self, port: int) -> None:
        with capture_logs() as told:
            assert await dripped(port, HEAD, b"X-Slow: y\r\n") == b""
        assert [one["event"] for one in told] == ["connection.given_up"]

    async def test_of_a_second_request_are_ended_too(self, port: int) -> None:
        first = HEAD + b"Content-Length: 0\r\n\r\n"
        answer = await dripped(port, first + HEAD, b"X-Slow: y\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.count(b"HTTP/1.1") == 1
