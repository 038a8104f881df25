"""What a step does to the deadlines of its case."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as calendar
from domain.calendar import queries, rules
from domain.calendar.models import Link
from domain.cases.models import Assignment, Case
from domain.cases.operations.act import Act
from domain.cases.vocabulary import Verb
from domain.cases.workflow import ENDED, Clock

ALL = tuple(Link)


async def apply(act: Act) -> None:
    """This function will run the clock effects of the step, then renew the case's nearest deadline."""
    for clock in act.step.clocks:
        await _run(act, clock)
    if act.case.legacy:
        # a legacy case's clocks are frozen, also those that a later step started (row 42)
        await calendar.pause(act.session, subject_id=act.case.id, links=ALL, at=act.at)
    await renew(act.session, act.case)


async def _run(act: Act, clock: Clock) -> None:
    session, case, at = act.session, act.case, act.at
    links = (clock.link,) if clock.link else ALL
    if clock.verb is Verb.START and clock.link:
        await start_link(act, clock.link)
    elif clock.verb is Verb.STOP:
        # a stop of everything reaches the assistants' own clocks too
        holder = None if clock.link else calendar.ANY
        await calendar.stop(session, subject_id=case.id, links=links, at=at, holder_id=holder)
    elif clock.verb is Verb.PAUSE:
        await calendar.pause(session, subject_id=case.id, links=links, at=at, holder_id=None)
    elif clock.verb is Verb.RESUME:
        await calendar.resume(session, subject_id=case.id, links=links, at=at, holder_id=None)
    elif clock.verb is Verb.EXTEND:
        days = act.given.days or 1
        await calendar.extend(session, subject_id=case.id, links=links, workdays=days, at=at, holder_id=None)
    elif clock.verb is Verb.REOPEN:
        await calendar.reopen(session, subject_id=case.id, links=links, at=at, holder_id=None)


async def start_link(act: Act, link: Link, assignment: Assignment | None = None) -> None:
    """This function will start one clock: of the case itself, or of one assistant's assignment."""
    case = act.case
    limit = rules.limit_of(link, major=case.major, urgent=case.urgent)
    holder = assignment.id if assignment else None
    await calendar.start(act.session, subject_id=case.id, holder_id=holder, link=link, limit=limit, at=act.at)


async def renew(session: AsyncSession, case: Case) -> None:
    """This function will copy the nearest running deadline and the promised date onto the case."""
    running = [d for d in await queries.running(session, [case.id]) if d.holder_id is None]
    ticking = sorted((d for d in running if d.paused_at is None), key=lambda d: d.yellow_at)
    live = case.status not in ENDED and not case.legacy
    case.due_at = ticking[0].yellow_at if ticking and live else None
    case.due_link = ticking[0].link if ticking and live else None
    promise = next((d for d in running if d.link is Link.RESOLVE), None)
    case.promised_at = promise.yellow_at if promise else case.promised_at
    await session.flush()
