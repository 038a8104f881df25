"""The morning brief: made at its hour on every working day, each kind of reader in a unit of work of its own.

What was made stands in the database: a morning that was missed is made up until the day ends, and none is made twice.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial

import structlog

from app.jobs import failures
from app.jobs.mornings import run_mornings
from domain.briefs import operations, queries, rules
from domain.calendar import queries as calendar
from domain.kernel.unit_of_work import unit_of_work

_log = structlog.get_logger(__name__)


async def run_once(at: datetime, hour: time, done: date | None = None) -> date | None:
    """Make what is due at a moment, unless it is of the day that is done, and give the day that is done then."""
    async with unit_of_work() as session:
        day = rules.due_on(at, hour, await calendar.calendar_of(session))
        if day is None or day == done:
            return done
        kinds = await queries.receivers(session, at=at)
    whole, told = True, 0
    for readers in kinds.values():
        try:
            async with unit_of_work() as session:
                brief = await operations.make(session, readers[0], day=day, at=at)
                told += await operations.tell(session, brief, readers, at=at)
        except Exception:  # noqa: BLE001 - whatever it was is noted, the others are told, and the next look tries again
            failures.note("briefs.make_failed", "每日晨报", account_id=str(readers[0].account_id))
            whole = False
    if told:
        _log.info("briefs.told", day=str(day), readers=told)
    return day if whole else done


run_briefs = partial(run_mornings, run_once, "briefs.look_failed")
