"""The jobs process: everything that runs by queue or clock, each in one owner, apart from people's requests.

`python -m app.jobs.process`, started by the supervisor. It loads no Reflex. A job that ends by a fault ends the
process: the supervisor starts a whole one again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

from app import causes
from app.jobs import report
from app.jobs.audit import run_audit
from app.jobs.briefs import run_briefs
from app.jobs.clock import run_clock
from app.jobs.exports import run_exports
from app.jobs.figures import run_figures
from app.jobs.indexes import run_fill
from app.jobs.relay import run_relay
from app.jobs.reports import run_reports
from app.jobs.retention import run_retention
from app.jobs.sealer import run_sealer
from app.jobs.witness import Watch
from app.launch import boot, database
from app.launch.errors import CannotStart
from app.launch.parent import ALIVE, READY, Parent
from app.settings import Settings, load
from app.tasks import begin
from domain.briefs.rules import hour_of
from domain.kernel import crypto
from state.live import Hub

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import time

GRACE = (2.0, 0.8, 0.8)
"""Seconds that pieces of work get to end once they were told to stop, by phase; then they are taken back."""


def jobs(stops: Sequence[asyncio.Event], watch: Watch, hour: time | None) -> list[dict[str, Coroutine[Any, Any, None]]]:
    """Give every job by name, in the phases in which they end; each looks at its event between two pieces of work.

    Whoever writes ends first, then the sealer, then the audit: so every line has its place, and the last its anchor.
    """
    stop, sealed, audited = stops
    return [
        {
            "relay": run_relay(stop, watch=watch),
            "clock": run_clock(stop, watch=watch),
            "briefs": run_briefs(stop, hour, watch=watch),
            "reports": run_reports(stop, hour, watch=watch),
            "retention": run_retention(stop, watch=watch),
            "exports": run_exports(stop, watch=watch),
            "indexes": run_fill(stop),
            "figures": run_figures(stop),
        },
        {"sealer": run_sealer(sealed)},
        {"audit": run_audit(audited, watch=watch)},
    ]


def main(words: list[str]) -> int:
    """Work until told to stop, and give the status of the process."""
    parent = Parent.of(words)
    try:
        settings = load()
        engine = boot.prepare_process(settings)
    except CannotStart as fault:
        parent.say(fault.message)
        return 1

    async def work() -> bool:
        try:
            return await run(settings, parent)
        finally:
            await engine.dispose()

    return 0 if asyncio.run(work()) else 1


async def run(settings: Settings, parent: Parent) -> bool:
    """Run all jobs until told to stop; false when one of them died."""
    stops, hub = [asyncio.Event() for _ in GRACE], Hub()
    stop = stops[0]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    hub.on("keys", _refresh_keys)
    listening, telling = hub.run(database.plain(settings.serving_database_url())), _tell(settings, parent)
    phases = [
        [begin(job, name) for name, job in phase.items()]
        for phase in jobs(stops, Watch(settings), hour_of(settings.brief_time))
    ]
    tasks = [*chain(*phases), begin(listening, "live hub"), begin(telling, "report")]
    asked, died = begin(stop.wait(), "stop"), begin(asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION), "death")
    await asyncio.wait([asked, died], return_when=asyncio.FIRST_COMPLETED)
    sound = not died.done()
    for event, working, seconds in zip(stops, phases, GRACE, strict=True):
        event.set()
        await asyncio.wait(working, timeout=seconds)
    for task in (*tasks, asked, died):
        task.cancel()
    await asyncio.gather(*tasks, asked, died, return_exceptions=True)
    return sound


def _refresh_keys(_subject: str) -> None:
    crypto.refresh()


async def _tell(settings: Settings, parent: Parent) -> None:
    """Report that the jobs work, again and again, to the supervisor as well."""
    path, word = report.path_of(settings.data), READY
    while True:
        try:
            report.write(path, report.Report(os.getpid(), tuple(causes.lasting())))
        except OSError:
            causes.log("jobs.not_reported")
        parent.say(word)
        word = ALIVE
        await asyncio.sleep(report.EVERY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
