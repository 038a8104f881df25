"""The whole product: everything that must be so before it serves, then its processes under one supervisor.

This process loads no page and no Reflex: it prepares, starts the others and looks after them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
from typing import TYPE_CHECKING, cast

from app import logs
from app.jobs import report
from app.launch import boot, checks
from app.launch.frontend import Frontend, serve_environment
from app.launch.seed import seed
from app.launch.supervisor import SILENT, Child, Database, Supervisor, end

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from app.settings import Settings

WEB = "app.launch.web"
JOBS_SILENT = 120.0
"""Seconds without a sign of life after which the jobs count as hung: a report may hold their loop for a while."""
WEB_SECONDS, JOBS_SECONDS = 5.0, 4.0
"""How long an orderly end may take: pages are let go first, so that the last anchor covers what they wrote."""


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
        boot.held_folder(settings) as lock,
        boot.database_in(settings) as url,
    ):
        logs.configure(settings.logs)
        boot.check_keys_belong(settings, url)
        lines = asyncio.run(seed(settings, url))
        finished = Frontend().ensure()
        run(settings, finished, taken, lock, lines)


def run(settings: Settings, finished: Path, taken: socket.socket, lock: int, lines: list[str]) -> None:
    """Hold up all processes over a finished build, and print `ready` with the address when they work.

    :raises CannotStart: one of them ended before it worked
    """
    checks.answer(taken)
    os.environ.update(serve_environment(finished))
    # links in messages name the port; asked for any port (0), they must name the one that was given
    os.environ["PORT"] = str(taken.getsockname()[1])
    if settings.redis_url:
        os.environ |= {"REFLEX_REDIS_URL": settings.redis_url, "REFLEX_STATE_MANAGER_MODE": "redis"}

    def say() -> None:
        print("\n".join([*lines, f"ready {address(taken, secure=settings.tls_cert is not None)}"]), flush=True)  # noqa: T201 - the terminal is the reader

    told = report.path_of(settings.data)
    jobs = Child("jobs", "后台任务进程", "app.jobs.process", lock, silent=JOBS_SILENT, died=lambda: report.forget(told))
    server = settings.postgres()
    report.forget(told)
    gc.collect()
    with channels_for(settings.workers) as channels:
        webs = web_processes(lock, taken, channels)
        with _ended(webs, jobs):
            Supervisor([jobs, *webs, *([Database(server)] if server else [])], say).run()


def web_processes(
    lock: int, taken: socket.socket, channels: Sequence[tuple[socket.socket, socket.socket]], module: str = WEB
) -> list[Child]:
    """Name the processes that serve: one on the port itself, or the front and one behind each channel."""
    if not channels:
        return [Child("worker", "网页进程", module, lock, taken.fileno(), silent=SILENT)]
    ends = [end.fileno() for pair in channels for end in pair]
    front = Child("front", "入口进程", "app.launch.front", lock, taken.fileno(), *ends, silent=SILENT)
    return [front, *(Child("worker", "网页进程", module, lock, far.fileno(), silent=SILENT) for _, far in channels)]


@contextlib.contextmanager
def channels_for(workers: int) -> Generator[list[tuple[socket.socket, socket.socket]]]:
    """Make a channel for each web process, none for a single one; they outlive any process at their ends."""
    with contextlib.ExitStack() as stack:
        made = [socket.socketpair() for _ in range(workers)] if workers > 1 else []
        for pair in made:
            for one in pair:
                stack.enter_context(one)
        yield made


@contextlib.contextmanager
def _ended(webs: list[Child], jobs: Child) -> Generator[None]:
    """End the processes, whatever happens; a second signal does not break into it."""
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end(webs, WEB_SECONDS)
        end([jobs], JOBS_SECONDS)


def address(taken: socket.socket, *, secure: bool = False) -> str:
    """Give the URL under which a person on this machine opens the product."""
    host, port = cast("tuple[str, int]", taken.getsockname()[:2])
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"{'https' if secure else 'http'}://{shown}:{port}"
