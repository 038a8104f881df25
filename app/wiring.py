"""What the application is made of beside its pages: guard, doors for machines, tasks beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import reflex as rx
from reflex.utils.prerequisites import get_web_dir
from reflex_base.constants import Dirs

from app import guard, limits, opening, settings, tabs
from app.api.build import build_api
from app.launch import database
from app.navigation import EARLY, GATED, WHOLE, add_pages
from app.sockets import sockets
from app.tasks import begin
from domain.cases import workflow
from domain.kernel import crypto
from state.live import hub
from state.peers import CHANNEL, peers
from state.visits import desk as visits


def wire(app: rx.App) -> rx.App:
    """Add pages, guard, the machine interface and the tasks beside the requests.

    :raises ValueError: the workflow table does not hold together
    """
    faults = workflow.lint()
    if faults:
        raise ValueError("; ".join(faults))
    given = settings.load()
    limits.use(limits.Rates(given.redis_url))
    app.backend_exception_handler = guard.refused
    # The first lies innermost: what the gate answers passes the edge as well.
    # With Redis, processes share what tabs show, and none knows which of them are connected to another: there, pages
    # are read when their sockets come.
    early = opening.routes(app, frozenset() if given.redis_url else EARLY)
    app.api_transformer = [guard.gate(GATED, WHOLE), build_api(early, client=get_web_dir() / Dirs.STATIC)]
    app.add_middleware(guard.Guard(), index=0)
    app.add_middleware(opening.AlreadyRead(), index=1)
    app.register_lifespan_task(background)
    add_pages(app)
    visits.use(app)
    hub.hear(CHANNEL, peers.hear)
    tabs.install(app)
    hub.on("session", sockets.hear)
    hub.on("keys", lambda _: crypto.refresh())
    return app


@asynccontextmanager
async def background() -> AsyncGenerator[None]:
    """Listen for changes and look after the open sockets as long as the application lives.

    What runs by queue or clock has a process of its own (`app.jobs.process`).
    """
    url = database.plain(settings.load().serving_database_url())
    tasks = [
        begin(hub.run(url), "live hub"),
        begin(peers.run(url), "peers"),
        begin(sockets.watch(), "sockets"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await limits.rates().close()
