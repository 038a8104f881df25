"""The web server: our own uvicorn with uvloop over the compiled pages."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import ssl
from typing import TYPE_CHECKING, Any, cast

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from app import logs
from app.launch import boot, checks
from app.launch.frontend import Frontend, serve_environment
from app.launch.patience import PatientProtocol
from app.launch.seed import seed
from app.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READY_SECONDS = 60.0
GARBAGE = (10_000, 20, 50)
"""Rounds of the collector: a request makes some thousand objects that go by themselves."""
WS_BYTES = 2 * 2**20
"""The largest frame of a page's socket: a form with long texts has some hundred kilobytes."""
_log = structlog.get_logger(__name__)
SHUTDOWN_SECONDS = 5  # open pages keep their socket; they reconnect to whoever comes next


class Announcing(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce it."""
        await super().startup(sockets)
        if self.started:
            self._say()


class Workers(Multiprocess):
    """Several servers on one port; it says so when all of them answer."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], say: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._say = say

    def init_processes(self) -> None:
        """Start the servers, then announce them."""
        super().init_processes()
        if all(process.wait_until_ready(READY_SECONDS, self.should_exit) for process in self.processes):
            self._say()

    def keep_subprocess_alive(self) -> None:
        """Look after the servers; one that died is replaced, and the log says which and how it ended."""
        before = list(self.processes)
        super().keep_subprocess_alive()
        for died, follower in zip(before, self.processes, strict=True):
            if died is not follower:
                _log.error("worker.died", process=died.pid, status=died.exitcode, follower=follower.pid)


def application() -> Any:
    """Build the ASGI application of one worker process (uvicorn's factory)."""
    settings = load()
    logs.configure(settings.logs)
    boot.prepare(settings, settings.serving_database_url())
    return _reflex_application()


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


def serve(settings: Settings) -> None:
    """Run the product until it is told to stop; whatever was started is stopped.

    :raises CannotStart: something is missing, taken or wrong
    """
    boot.stop_on_signals()
    boot.check(settings)
    checks.font_folder()
    checks.tls_context(settings)
    checks.sign_on(settings)
    checks.redis(settings.redis_url)
    with (
        contextlib.suppress(boot.Stopped, KeyboardInterrupt),
        contextlib.closing(checks.take_port(settings.host, settings.port)) as taken,
        boot.running_database(settings) as url,
    ):
        logs.configure(settings.logs)
        boot.check_keys_belong(settings, url)
        lines = asyncio.run(seed(settings, url))
        finished = Frontend().ensure()
        run(settings, settings.serving_database_url(), finished, taken, lines)


def run(settings: Settings, url: str, finished: Path, taken: socket.socket, lines: list[str]) -> None:
    """Serve a finished build on a taken port and print `ready` with the address."""
    checks.answer(taken)
    os.environ.update(serve_environment(finished))
    # links in messages name the port; asked for any port (0), they must name the one that was given
    os.environ["PORT"] = str(taken.getsockname()[1])
    if settings.redis_url:
        os.environ["REFLEX_REDIS_URL"] = settings.redis_url

    def say() -> None:
        print("\n".join([*lines, f"ready {address(taken, secure=settings.tls_cert is not None)}"]), flush=True)  # noqa: T201 - the terminal is the reader

    if settings.workers > 1:
        _run_workers(settings, taken, say)
        return
    boot.prepare(settings, url)
    config = uvicorn.Config(_reflex_application(), **_options(settings))
    Announcing(config, say).run(sockets=[taken])


def _run_workers(settings: Settings, taken: socket.socket, say: Callable[[], None]) -> None:
    """Several processes on one port; page state is shared by Redis."""
    config = uvicorn.Config(
        "app.launch.server:application", factory=True, workers=settings.workers, **_options(settings)
    )
    Workers(config, [taken], say).run()


def _options(settings: Settings) -> dict[str, Any]:
    """Access lines are not written: addresses may hold tokens, and what matters stands in the journal.

    Nobody is believed about where a request comes from, except the proxies that are named.
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


def address(taken: socket.socket, *, secure: bool = False) -> str:
    """Give the URL under which a person on this machine opens the product."""
    host, port = cast("tuple[str, int]", taken.getsockname()[:2])
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"{'https' if secure else 'http'}://{shown}:{port}"
