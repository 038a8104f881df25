"""A web process such as the supervisor starts, with a small application: it says which process answers, and what it got."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import uvicorn

from app.launch import boot
from app.launch.errors import Stopped
from app.launch.parent import Parent
from app.launch.web import Announcing, options
from app.settings import load


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"process", str(os.getpid()).encode())]})
    await send({"type": "http.response.body", "body": f"{scope['client'][0]} ".encode() + body})


def main() -> int:
    parent = Parent.of(sys.argv[1:])
    boot.stop_on_signals()
    given = socket.socket(fileno=parent.handed[0])
    with suppress(Stopped):
        Announcing(uvicorn.Config(application, **options(load())), parent, given).run(sockets=[given])
    return 0


if __name__ == "__main__":
    sys.exit(main())
