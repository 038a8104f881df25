"""Connections that the front hands to this web process, served as if it had accepted them itself."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

AT_ONCE = 32
"""Connections taken before the loop goes on with other work."""


class Handed:
    """The channel of the front to a running server."""

    def __init__(self, channel: socket.socket, server: uvicorn.Server) -> None:
        """Prepare; nothing is taken before `begin`."""
        channel.setblocking(False)
        self._channel, self._server = channel, server
        self._beginning: set[asyncio.Task[None]] = set()
        # The front has the reading end, and sees it close when this process is gone, or takes no more.
        self._life, self._lives = os.pipe()

    def begin(self) -> None:
        """Take connections from now on."""
        asyncio.get_running_loop().add_reader(self._channel, self._take)
        self._announce()

    def end(self) -> None:
        """Take no more; what was not taken the front gives to others."""
        asyncio.get_running_loop().remove_reader(self._channel)
        os.close(self._lives)
        os.close(self._life)

    def _announce(self) -> None:
        with suppress(BlockingIOError):  # a front that is gone asks anew once it is back
            socket.send_fds(self._channel, [b"l"], [self._life])

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            try:
                _, lines, _, _ = socket.recv_fds(self._channel, 1, 1)
            except BlockingIOError:
                return
            if not lines:  # a front that was just started asks who works
                self._announce()
            for line in lines:
                task = asyncio.create_task(self._serve(socket.socket(fileno=line)))
                self._beginning.add(task)
                task.add_done_callback(self._beginning.discard)

    async def _serve(self, line: socket.socket) -> None:
        server = self._server
        protocol: Any = server.config.http_protocol_class

        def made() -> asyncio.Protocol:
            return protocol(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)

        try:
            await asyncio.get_running_loop().connect_accepted_socket(made, line, ssl=server.config.ssl)
        except OSError:  # whoever came is gone, or no handshake came of it: as when a server accepts
            line.close()
