"""Periodic reports: the drafts of the periods that have ended, made with the morning brief, each in a unit of work.

What was made stands in the database: what was missed is made up, and nothing is made twice.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial

import structlog

from app.jobs import failures
from app.jobs.mornings import run_mornings
from domain.briefs.rules import due_on
from domain.calendar import queries as calendar
from domain.kernel.unit_of_work import unit_of_work
from domain.reports import queries, rules
from domain.reports.schemas import Kind
from state.reports import making

_log = structlog.get_logger(__name__)


async def run_once(at: datetime, hour: time, done: date | None = None) -> date | None:
    """Make what is due at a moment, unless it is of the day that is done, and give the day that is done then."""
    async with unit_of_work() as session:
        day = due_on(at, hour, await calendar.calendar_of(session))
        if day is None or day == done:
            return done
        began = await queries.began(session)
        wanted = [
            (kind, days) for kind in Kind for days in rules.due(kind, await queries.made(session, kind), began, day)
        ]
    whole = True
    for kind, days in wanted:
        try:
            async with unit_of_work() as session:
                name = await making.make(session, queries.MAKER, kind, days.first, at=at)
            _log.info("reports.made", report=name)
        except Exception:  # noqa: BLE001 - whatever it was is noted, the others are made, and the next look tries again
            failures.note("reports.make_failed", "统计报告", kind=kind.value, first=str(days.first))
            whole = False
    return day if whole else done


run_reports = partial(run_mornings, run_once, "reports.look_failed")
