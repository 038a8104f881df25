"""Reads: what there is to tell, what was told, and the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.briefs import rules
from domain.briefs.models import Brief
from domain.briefs.schemas import Asked, BriefView, Reason, Told
from domain.cases.models import Case
from domain.cases.queries import views
from domain.cases.queries.reach import visible_to
from domain.cases.queries.rows import rows_of
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.paging import Page
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs
from domain.statistics.queries import county
from domain.statistics.queries.county import Scope
from domain.statistics.queries.listed import listed
from domain.statistics.rules import Days, before
from domain.statistics.schemas import Figure
from domain.warnings import queries as warnings
from domain.warnings.models import Level, RiskLabel

_LABELLED = (
    select(func.max(col(RiskLabel.received_at)))
    .where(col(RiskLabel.case_id) == col(Case.id), col(RiskLabel.newest))
    .correlate(Case)
    .scalar_subquery()
)
NO_BRIEF = "这一天没有晨报"


def kind_of(actor: Actor) -> str:
    """Name the kind of a reader: two of a kind read the same figures (`county.sees_like`), and so the same brief.

    Whoever sees less than the county has briefs of the own account, or of whom the person stands in for; units and area
    belong to the name, since a brief outlives a move to another department.
    """
    own = replace(actor, account_id=actor.stands_for or actor.account_id, stands_for=None)
    parts = list(county.sees_like(own))
    if own.account_id in parts:
        parts += [own.area_path, *sorted(own.unit_ids)]
    return "/".join(map(str, parts))


async def receivers(session: AsyncSession, *, at: datetime) -> Mapping[str, Sequence[Actor]]:
    """Give who is told in the morning, by kind of reader."""
    found: dict[str, list[Actor]] = {}
    for actor in await orgs.actors_in_roles(session, rules.RECEIVERS, at=at):
        if rules.receives(actor):
            found.setdefault(kind_of(actor), []).append(actor)
    return found


async def find(session: AsyncSession, actor: Actor, day: date) -> Brief | None:
    """Give the brief of a day of a reader's kind."""
    own = (col(Brief.readers) == kind_of(actor), col(Brief.brief_date) == day)
    return (await session.scalars(select(Brief).where(*own))).one_or_none()


async def last_before(session: AsyncSession, actor: Actor, day: date) -> date | None:
    """Give the day of the brief before."""
    own = (col(Brief.readers) == kind_of(actor), col(Brief.brief_date) < day)
    return await session.scalar(select(func.max(col(Brief.brief_date))).where(*own))


async def figures(session: AsyncSession, actor: Actor, days: Days, *, at: datetime) -> tuple[Told, ...]:
    """Count the figures of a period, with those of as many days before."""
    found: list[Told] = []
    # apart, since each pair lies in an index of its own
    for some in (rules.OF_PERIOD[:2], rules.OF_PERIOD[2:]):
        now = (await county.overview(session, actor, Scope(days), some, at=at)).whole
        then = (await county.overview(session, actor, Scope(before(days)), some, at=at)).whole
        found += [Told(figure, now[figure], then[figure]) for figure in some]
    return tuple(found)


async def asks(session: AsyncSession, actor: Actor, *, at: datetime) -> list[tuple[Reason, str]]:
    """Choose up to three cases that wait for a word, none twice.

    Of a department: what waits the longest to be accepted, the red or orange label that waits the longest for its
    answer, the open case that is late the longest and under no supervision. Of all others: the return, extension or
    order that waits the longest for its approval, the result that waits the longest to be confirmed, and the same late
    one. Where one of the three is missing the next of the others' takes its place. How long a case waits is told by the
    line of its journal that brought it where it is.
    """
    first = (Reason.ACCEPT, Reason.ANSWER) if views.speaks_for_department(actor) else (Reason.APPROVE, Reason.CONFIRM)
    waiting = {reason: await _longest(session, actor, reason, at) for reason in (*first, Reason.LATE)}
    found: dict[str, Reason] = {}
    for place in range(rules.MOST_ASKS):
        for reason, numbers in waiting.items():
            if place < len(numbers) and len(found) < rules.MOST_ASKS:
                found.setdefault(numbers[place], reason)
    return [(reason, number) for number, reason in found.items()]


async def _longest(session: AsyncSession, actor: Actor, reason: Reason, at: datetime) -> Sequence[str]:
    by = {Reason.LATE: col(Case.due_at), Reason.ANSWER: _LABELLED}.get(reason, _since())
    query = select(col(Case.number)).where(visible_to(actor), _waits(reason, actor, at))
    return (await session.scalars(query.order_by(by, col(Case.id)).limit(rules.MOST_ASKS))).all()


def _waits(reason: Reason, actor: Actor, at: datetime) -> ColumnElement[bool]:
    if reason is Reason.ANSWER:
        return and_(views.is_open(actor, at), warnings.unanswered((Level.RED, Level.ORANGE)))
    if reason is Reason.LATE:
        return and_(views.overdue(actor, at), col(Case.supervision).is_(None))
    view = {Reason.APPROVE: "to_approve", Reason.CONFIRM: "to_confirm", Reason.ACCEPT: "to_accept"}[reason]
    return views.VIEWS[view][2](actor, at)


def _since() -> ColumnElement[datetime]:
    detail = col(JournalEntry.detail)
    moved = (
        detail["to"].as_string() == col(Case.status),
        detail["from"].as_string().is_distinct_from(detail["to"].as_string()),
    )
    line = select(func.max(col(JournalEntry.at))).where(col(JournalEntry.subject_id) == col(Case.id), *moved)
    return line.correlate(Case).scalar_subquery()


def told_in(brief: Brief) -> tuple[Told, ...]:
    """Give the figures of a brief in the order in which they are told."""
    return tuple(Told(one, *brief.figures[one.value]) for one in rules.FIGURES)


async def view(session: AsyncSession, actor: Actor, day: date | None, *, at: datetime) -> BriefView:
    """Show the brief of a day, or the newest.

    :raises NotPermitted: the actor sees no figures or no cases
    :raises NotFound: the reader has none of that day, or none at all
    """
    brief = await _own(session, actor, day)
    numbers = [number for _, number in brief.asks]
    seen = (await session.scalars(select(Case).where(visible_to(actor), col(Case.number).in_(numbers)))).all()
    rows = {row.number: row for row in await rows_of(session, actor, seen, at=at)}
    beside = select(func.min(col(Brief.brief_date))).where(
        col(Brief.readers) == brief.readers, col(Brief.brief_date) > brief.brief_date
    )
    return BriefView(
        day=brief.brief_date,
        days=Days(brief.first_date, brief.last_date),
        made_at=brief.made_at,
        figures=told_in(brief),
        asks=tuple(Asked(Reason(reason), rows[number]) for reason, number in brief.asks if number in rows),
        earlier=await last_before(session, actor, brief.brief_date),
        later=await session.scalar(beside),
    )


async def cases_behind(
    session: AsyncSession,
    actor: Actor,
    day: date,
    figure: Figure,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    sort: str = "",
) -> Page[CaseRow]:
    """Give the cases that a figure of the moment counted in the brief of a day, those still within reach.

    :raises NotPermitted: the actor sees no figures or no cases
    :raises NotFound: the reader has no brief of that day
    """
    brief = await _own(session, actor, day)
    numbers = brief.cases.get(figure.value, [])
    every = select(Case).where(visible_to(actor), col(Case.number).in_(numbers))
    return await listed(session, actor, every, at=at, cursor=cursor, size=size, sort=sort)


async def _own(session: AsyncSession, actor: Actor, day: date | None) -> Brief:
    for right in rules.RIGHTS:
        actor.require(right)
    query = select(Brief).where(col(Brief.readers) == kind_of(actor)).order_by(col(Brief.brief_date).desc()).limit(1)
    found = await session.scalar(query if day is None else query.where(col(Brief.brief_date) == day))
    if found is None:
        raise NotFound(NO_BRIEF)
    return found
