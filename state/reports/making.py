"""A report is made of what the domain reads and what analytics computes of it; whoever makes one comes through here."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.reports import operations, queries, rules
from domain.reports.schemas import Gathered, Kind, name_of
from domain.statistics.rules import Days


async def make(session: AsyncSession, actor: Actor, kind: Kind, day: date, *, at: datetime) -> str:
    """Make the report of the period that a day lies in, and give its name.

    :raises NotPermitted: the actor writes no reports
    :raises Invalid: the period has not ended, or there is a report of it
    """
    days = rules.period_of(kind, day)
    await operations.require_new(session, actor, kind, days, at=at)
    await operations.make(session, actor, kind, days, await _figures(session, kind, days, at), at=at)
    return name_of(kind, days)


async def count_anew(session: AsyncSession, actor: Actor, name: str, *, at: datetime) -> None:
    """Count the figures of a draft anew.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is published
    """
    report = await operations.draft(session, actor, name)
    figures = await _figures(session, report.kind, Days(report.first_date, report.last_date), at)
    await operations.count_anew(session, actor, name, figures, at=at)


async def _figures(session: AsyncSession, kind: Kind, days: Days, at: datetime) -> dict[str, Any]:
    return await asyncio.to_thread(_computed, await queries.gather(session, kind, days, at=at))


def _computed(rows: Gathered) -> dict[str, Any]:
    from analytics.reports.model import report  # noqa: PLC0415 - data frames load when a report is made

    return report(
        counts=rows.counts, departments=rows.departments, stages=rows.stages, spent=rows.spent, trend=rows.trend
    )
