"""Reads: reports and their texts, and what their figures are computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.kernel import crypto
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import local_date
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs
from domain.reports import rules
from domain.reports.models import PeriodReport, ReportText
from domain.reports.schemas import Block, Gathered, Kind, ReportFilter, ReportRow, ReportView, State, Written
from domain.statistics.queries import county, departments, links
from domain.statistics.queries.county import Scope
from domain.statistics.queries.defined import seen_by
from domain.statistics.rules import Days
from domain.statistics.schemas import Among, By, Measure

MAKER = replace(
    system_actor(Role.CLOCK, "统计报告"),
    rights=frozenset({Permission.STATISTICS_VIEW, Permission.CASE_VIEW, Permission.REPORT_WRITE}),
)
"""Who counts: a report is of the whole county, whoever asked for it."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Give the condition of the reports that an actor may read."""
    if actor.may(Permission.REPORT_WRITE):
        return true()
    return col(PeriodReport.published_at).is_not(None) if actor.may(Permission.STATISTICS_VIEW) else false()


async def made(session: AsyncSession, kind: Kind) -> Collection[date]:
    """Give the first days of the periods for which there is a report of a kind."""
    return (await session.scalars(select(col(PeriodReport.first_date)).where(col(PeriodReport.kind) == kind))).all()


async def began(session: AsyncSession) -> date | None:
    """Give the day on which the first case came in."""
    seen = seen_by(MAKER)
    first = await session.scalar(select(func.min(col(Case.submitted_at))).where(seen))
    return local_date(first) if first else None


async def find(session: AsyncSession, actor: Actor, name: str, *, writing: bool = False) -> PeriodReport:
    """Give a report by its name; for writing it is locked.

    :raises NotPermitted: the actor reads no reports, or writes none
    :raises NotFound: there is none within the actor's reach
    """
    actor.require(Permission.REPORT_WRITE if writing else Permission.STATISTICS_VIEW)
    kind, first = rules.named(name)
    query = select(PeriodReport).where(
        visible_to(actor), col(PeriodReport.kind) == kind, col(PeriodReport.first_date) == first
    )
    report = await session.scalar(query.with_for_update() if writing else query)
    if report is None:
        raise NotFound(rules.NO_REPORT)
    return report


async def listed(
    session: AsyncSession,
    actor: Actor,
    wanted: ReportFilter,
    *,
    at: datetime,  # noqa: ARG001 - as all lists take it
) -> list[ReportRow]:
    """Give the reports within reach, the newest period first.

    :raises NotPermitted: the actor reads no reports
    """
    actor.require(Permission.STATISTICS_VIEW)
    conditions = [visible_to(actor)]
    if wanted.kind:
        conditions.append(col(PeriodReport.kind) == wanted.kind)
    if wanted.state:
        published = col(PeriodReport.published_at).is_not(None)
        conditions.append(published if wanted.state is State.PUBLISHED else ~published)
    query = select(PeriodReport).where(and_(*conditions))
    found = (
        await session.scalars(query.order_by(col(PeriodReport.last_date).desc(), col(PeriodReport.first_date)))
    ).all()
    return await _rows(session, found)


async def view(session: AsyncSession, actor: Actor, name: str) -> ReportView:
    """Show a report.

    :raises NotPermitted: the actor reads no reports
    :raises NotFound: there is none within the actor's reach
    """
    report = await find(session, actor, name)
    (row,) = await _rows(session, [report])
    return ReportView(row, report.figures, await texts(session, report))


async def texts(session: AsyncSession, report: PeriodReport) -> dict[Block, Written]:
    """Give the newest text of each block that has one."""
    newest = select(ReportText).where(col(ReportText.report_id) == report.id).ext(distinct_on(col(ReportText.block)))
    order = (col(ReportText.block), col(ReportText.saved_at).desc(), col(ReportText.id).desc())
    rows = (await session.scalars(newest.order_by(*order))).all()
    return {row.block: one for row, one in zip(rows, await _written(session, rows), strict=True)}


async def history(session: AsyncSession, actor: Actor, name: str, block: Block) -> list[Written]:
    """Give all texts that were saved of a block, the newest first.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    """
    actor.require(Permission.REPORT_WRITE)
    report = await find(session, actor, name)
    mine = (col(ReportText.report_id) == report.id, col(ReportText.block) == block)
    order = (col(ReportText.saved_at).desc(), col(ReportText.id).desc())
    return await _written(session, (await session.scalars(select(ReportText).where(*mine).order_by(*order))).all())


async def _written(session: AsyncSession, rows: Collection[ReportText]) -> list[Written]:
    names = await orgs.staff_names(session, {row.saved_by for row in rows})
    return [
        Written(
            row.id,
            crypto.unseal("report_text", "text", row.id, row.text_sealed),
            row.saved_at,
            names.get(row.saved_by, ""),
        )
        for row in rows
    ]


async def _rows(session: AsyncSession, reports: Iterable[PeriodReport]) -> list[ReportRow]:
    found = list(reports)
    people: set[UUID] = {one for row in found for one in (row.made_by, row.published_by) if one}
    names = await orgs.staff_names(session, people)
    return [
        ReportRow(
            row.id, row.kind, Days(row.first_date, row.last_date), row.made_at, row.published_at,
            names.get(row.made_by, "") if row.made_by else "",
            names.get(row.published_by, "") if row.published_by else "",
        )
        for row in found
    ]  # fmt: skip


async def gather(session: AsyncSession, kind: Kind, days: Days, *, at: datetime) -> Gathered:
    """Read what the figures of a report are computed from: of its period, of the one before, and the sums of a year before."""
    found = Gathered()
    for period, some in (("now", days), ("before", rules.before(kind, days))):
        found.counts.extend(_of(period, await _counts(session, some, rules.GROUPS, at)))
        found.departments.extend(_of(period, await _departments(session, some, at)))
        found.stages.extend(_of(period, await _stages(session, some)))
        found.spent.extend(_of(period, await _spent(session, some, at)))
    found.counts.extend(_of("year", await _counts(session, rules.year_before(kind, days), (), at)))
    for point, counted in await county.trend(session, MAKER, Scope(days), at=at):
        numbers = {figure.value: count for figure, count in counted.items()}
        found.trend.append({"first": point.first.isoformat(), "last": point.last.isoformat(), **numbers})
    return found


def _of(period: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"period": period, **one} for one in rows]


async def _counts(session: AsyncSession, days: Days, by: Sequence[By], at: datetime) -> list[dict[str, Any]]:
    told = await county.overview(session, MAKER, Scope(days), rules.FIGURES, by=by, at=at)
    groups = [("", told.whole), *((kind.value, one) for kind, some in told.groups.items() for one in some)]
    return [
        {"by": kind, "key": one.key, "name": one.name, "figure": figure.value, "count": one[figure]}
        for kind, one in groups
        for figure in rules.FIGURES
    ]


async def _departments(session: AsyncSession, days: Days, at: datetime) -> list[dict[str, Any]]:
    told = await departments.departments(session, MAKER, departments.Period(days.since, days.until), at=at)
    return [
        {
            "code": one.department,
            "name": one.name,
            "satisfaction": one.satisfaction,
            **{measure.value: int(getattr(one, measure.value)) for measure in Measure},
        }
        for one in told
    ]


async def _stages(session: AsyncSession, days: Days) -> list[dict[str, Any]]:
    return [
        {
            "stage": one.stage.value,
            "count": one.counts[Among.ALL],
            "over": one.counts[Among.OVER],
            "median": one.median,
            "ninety": one.ninety,
        }
        for one in await links.stages(session, MAKER, Scope(days))
    ]


async def _spent(session: AsyncSession, days: Days, at: datetime) -> list[dict[str, Any]]:
    told = await links.spent(session, MAKER, Scope(days), at=at)
    return [{"department": unit, "minutes": minutes, "count": count} for unit, minutes, count in told]
