"""What the application is made of beside its pages: guard, doors for machines, background tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import reflex as rx
import structlog
from reflex.utils.prerequisites import get_web_dir
from reflex_base.constants import Dirs
from sqlalchemy import make_url

from app import guard, limits, settings
from app.api.build import build_api
from app.jobs.audit import run_audit
from app.jobs.clock import run_clock
from app.jobs.indexes import run_fill
from app.jobs.relay import run_relay
from app.jobs.retention import run_retention
from app.jobs.sealer import run_sealer
from app.jobs.witness import Watch
from app.navigation import GATED, add_pages
from app.sockets import sockets
from domain.cases import workflow
from domain.kernel import crypto
from state import visits
from state.live import hub

_log = structlog.get_logger(__name__)


def wire(app: rx.App) -> rx.App:
    """Add pages, guard, the machine interface and the background tasks.

    :raises ValueError: the workflow table does not hold together
    """
    faults = workflow.lint()
    if faults:
        raise ValueError("; ".join(faults))
    limits.use(limits.Rates(settings.load().redis_url))
    app.backend_exception_handler = guard.refused
    # The first lies innermost: what the gate answers passes the edge as well.
    app.api_transformer = [guard.gate(GATED), build_api(client=get_web_dir() / Dirs.STATIC)]
    app.add_middleware(guard.Guard(), index=0)
    app.register_lifespan_task(background)
    add_pages(app)
    visits.use(app)
    hub.on("session", sockets.hear)
    hub.on("keys", lambda _: crypto.refresh())
    return app


@asynccontextmanager
async def background() -> AsyncGenerator[None]:
    """Run the listener, the relay and the clock as long as the application lives.

    At the stop whoever writes ends first, then the sealer, then the audit: so every line is sealed and anchored.
    """
    stop, sealed, audited, watch = asyncio.Event(), asyncio.Event(), asyncio.Event(), Watch(settings.load())
    endless = [
        asyncio.create_task(hub.run(_listening_url()), name="live hub"),
        asyncio.create_task(sockets.watch(), name="sockets"),
    ]
    writers = [
        asyncio.create_task(run_relay(stop, watch=watch), name="relay"),
        asyncio.create_task(run_clock(stop, watch=watch), name="clock"),
        asyncio.create_task(run_retention(stop, watch=watch), name="retention"),
        asyncio.create_task(run_fill(stop), name="indexes"),
    ]
    sealer = asyncio.create_task(run_sealer(sealed), name="sealer")
    audit = asyncio.create_task(run_audit(audited, watch=watch), name="audit")
    for task in (*endless, *writers, sealer, audit):
        task.add_done_callback(_tell_of_a_death)
    try:
        yield
    finally:
        for task in endless:
            task.cancel()
        for event, tasks in ((stop, [*endless, *writers]), (sealed, [sealer]), (audited, [audit])):
            event.set()
            await asyncio.gather(*tasks, return_exceptions=True)


def _tell_of_a_death(task: asyncio.Task[None]) -> None:
    # A task that ends by an exception does so now; whoever waits for it would hear of it at the stop only.
    if not task.cancelled() and (fault := task.exception()):
        _log.critical("background.died", task=task.get_name(), exc_info=fault)


def _listening_url() -> str:
    url = make_url(settings.load().serving_database_url())
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
