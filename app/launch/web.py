"""A web process: our own uvicorn with uvloop over the compiled pages, on a socket that somebody else took.

`python -m app.launch.web`, started by the supervisor. The only one accepts connections itself; several are handed
theirs by the front (`app.launch.front`), and are given a channel in place of the listening socket.
"""

from __future__ import annotations

import gc
import socket
import ssl
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

from app.launch import boot, checks
from app.launch.errors import CannotStart, Stopped
from app.launch.handed import Handed
from app.launch.parent import ALIVE, EVERY, READY, Parent
from app.launch.patience import PatientProtocol
from app.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable

GARBAGE = (10_000, 20, 50)
"""Rounds of the collector: a request makes some thousand objects that go by themselves."""
WS_BYTES = 2 * 2**20
"""The largest frame of a page's socket: a form with long texts has some hundred kilobytes."""
SHUTDOWN_SECONDS = 4  # open pages keep their socket; they reconnect to whoever comes next


TICKS = round(EVERY / 0.1)
"""uvicorn looks round every tenth of a second; so many looks lie between two signs of life."""


class Announcing(uvicorn.Server):
    """A server that says when it answers, and that it lives as long as its loop turns."""

    def __init__(self, config: uvicorn.Config, parent: Parent, given: socket.socket) -> None:
        super().__init__(config)
        self._parent, self._handed = parent, Handed(given, self) if given.family == socket.AF_UNIX else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce it."""
        await super().startup([] if self._handed else sockets)
        if self.started:
            if self._handed:
                self._handed.begin()
            self._parent.say(READY)

    async def on_tick(self, counter: int) -> bool:
        """Give a sign of life."""
        if counter % TICKS == 0:
            self._parent.say(ALIVE)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, then let go of those there are."""
        if self._handed:
            self._handed.end()
        await super().shutdown(sockets)


def main(words: list[str]) -> int:
    """Serve until told to stop, and give the status of the process."""
    parent = Parent.of(words)
    boot.stop_on_signals()
    try:
        settings = load()
        boot.prepare_process(settings)
        config = uvicorn.Config(_reflex_application(), **options(settings))
        given = socket.socket(fileno=parent.handed[0])
        Announcing(config, parent, given).run(sockets=[given])
    except CannotStart as fault:
        parent.say(fault.message)
        return 1
    except (Stopped, KeyboardInterrupt):
        return 0
    return 0


def _reflex_application() -> Any:
    """Import the app only now: Reflex reads its environment while it is imported.

    What was loaded by then stays for good: the garbage collector need not walk it again with every full round.
    """
    from app.api.edge import unbroken  # noqa: PLC0415
    from app.app import app  # noqa: PLC0415

    made = unbroken(app())
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    return made


def options(settings: Settings) -> dict[str, Any]:
    """Give what uvicorn is run with.

    Access lines are not written: addresses may hold tokens, and what matters stands in the journal. Nobody is
    believed about where a request comes from, except the proxies that are named.

    :raises CannotStart: the certificate cannot be used
    """
    return {
        "loop": "uvloop",
        "http": PatientProtocol,
        "lifespan": "on",
        "access_log": False,
        "log_config": None,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        "server_header": False,
        "ws_max_size": WS_BYTES,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or "",
        **_tls(settings),
    }


def _tls(settings: Settings) -> dict[str, Any]:
    """Serve https when a certificate is given.

    :raises CannotStart: it cannot be used
    """
    if checks.tls_context(settings) is None:
        return {}

    def factory(_config: uvicorn.Config, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext | None:
        return checks.tls_context(settings)

    return {
        "ssl_certfile": str(settings.tls_cert),
        "ssl_keyfile": str(settings.tls_key),
        "ssl_context_factory": factory,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
