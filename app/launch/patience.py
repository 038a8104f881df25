"""HTTP connections that say too little: closed, so that half-open ones cannot use up the server."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app import attempts

HEADER_SECONDS = 20.0
"""From the first byte, or the connection itself, to the end of the headers."""
MOST_WAITING = 100
"""Connections of one address that have not said anything whole yet."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; of too many of one address that only wait, the longest waiting goes."""
        super().connection_made(transport)
        self._wait()
        waiting = [one for one in self.connections if isinstance(one, PatientProtocol) and one.waits_beside(self)]
        if len(waiting) > MOST_WAITING:
            min(waiting, key=PatientProtocol.deadline).give_up()

    def data_received(self, data: bytes) -> None:
        """Read on; what is not the end of the headers gets no more time."""
        super().data_received(data)
        cycle: Any = self.cycle
        unsaid = cycle is None or cycle.response_complete
        if self._deadline is None and unsaid and self in self.connections and not self.transport.is_closing():
            self._wait()  # a socket left the connections when it was upgraded

    def on_headers_complete(self) -> None:
        """Stop the clock: the request is whole, its body has a clock of its own."""
        self._stop()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def waits_beside(self, other: PatientProtocol) -> bool:
        """Tell whether the address of another connection waits here too, with no whole request yet."""
        same = self.client is not None and other.client is not None and self.client[0] == other.client[0]
        return same and self._deadline is not None and not self.transport.is_closing()

    def deadline(self) -> float:
        """Tell when its time is up, in the loop's seconds."""
        return self._deadline.when() if self._deadline else 0.0

    def give_up(self) -> None:
        """Close the connection."""
        attempts.note("connection.given_up", self.client[0] if self.client else "")
        self._stop()
        self.transport.close()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
