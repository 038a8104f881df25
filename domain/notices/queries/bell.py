"""Reads of the notices on a person's screen: what is unread, and the newest of each case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Assignment, Case
from domain.cases.queries import reach, views
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.notices.models import Notice, about
from domain.notices.schemas import NoticeView


def old_notices(read_before: datetime, before: datetime) -> Select[tuple[str, datetime]]:
    """Give number and moment of the notices read, or else written, before a moment."""
    old = or_(col(Notice.read_at) < read_before, col(Notice.at) < before)
    return select(col(Notice.number), col(Notice.at)).where(old)


async def unread_count(session: AsyncSession, actor: Actor) -> int:
    """Count the cases of which the actor has not read everything; several notices of one case count once."""
    cases = func.count(about(Notice).distinct())
    query = select(cases).select_from(Notice).where(_within_reach(actor), _unread(actor))
    return await session.scalar(query) or 0


async def newest(session: AsyncSession, actor: Actor, *, limit: int = 20) -> tuple[NoticeView, ...]:
    """List the cases that the actor was told of, each by its newest notice, the newest first.

    One act is one notice, whichever of the actor's accounts it was written to.
    """
    last = func.max(col(Notice.at))
    cases = (
        select(about(Notice).label("about"), last.label("last"))
        .where(_within_reach(actor))
        .group_by(about(Notice))
        .order_by(last.desc(), about(Notice).desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(Notice, _unread(actor), cases.c.about)
        .join(cases, cases.c.about == about(Notice))
        .where(_within_reach(actor))
        .order_by(cases.c.last.desc(), cases.c.about.desc(), col(Notice.at).desc(), col(Notice.id).desc())
    )
    found: dict[UUID, dict[UUID, NoticeView]] = {}
    for row, unread, case in await session.execute(query):
        acts = found.setdefault(case, {})
        first = acts.get(row.message_id)
        if first is None:
            acts[row.message_id] = NoticeView(row.id, row.number, row.kind, row.text, row.at, unread)
        elif unread:
            acts[row.message_id] = replace(first, unread=True)
    return tuple(_entry_of(*acts.values()) for acts in found.values())


def _entry_of(first: NoticeView, *more: NoticeView) -> NoticeView:
    return replace(first, unread=any(one.unread for one in (first, *more)), more=more)


def _unread(actor: Actor) -> ColumnElement[bool]:
    # What nobody read and still concerns the reader: what a department was told before a case left it does not.
    unread = col(Notice.read_at).is_(None)
    if not views.speaks_for_department(actor):
        return unread
    elsewhere = and_(col(Case.status).in_(workflow.OPEN), ~views.stands_with(actor), ~reach.copied_to(actor.unit_ids))
    left = (
        select(func.max(col(Assignment.ended_at)))
        .where(col(Assignment.case_id) == col(Notice.case_id), one_of(col(Assignment.unit_id), actor.unit_ids))
        .scalar_subquery()
    )
    gone = select(col(Case.id)).where(col(Case.id) == col(Notice.case_id), reach.visible_to(actor), elsewhere).exists()
    return and_(unread, ~and_(gone, func.coalesce(col(Notice.at) < left, false())))


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    # The actor's own notices of cases that the actor still sees: who left a department is told nothing any more.
    seen = select(col(Case.id)).where(col(Case.id) == col(Notice.case_id), reach.visible_to(actor)).exists()
    return and_(one_of(col(Notice.account_id), actor.own_ids), or_(col(Notice.case_id).is_(None), seen))
