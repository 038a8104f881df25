"""Writes: a report is made, counted anew, written, published and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto, journal
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.clock import local_date
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid
from domain.kernel.words import as_written, text_fault
from domain.notices import operations as notices
from domain.notices.rules import REPORT
from domain.notices.schemas import Bell
from domain.orgs import queries as orgs
from domain.reports import queries, rules
from domain.reports.models import PeriodReport, ReportText
from domain.reports.schemas import MAX_REASON, MAX_TEXT, Block, Kind, name_of
from domain.statistics.rules import Days

CHANGED = "report"
"""What is announced when a report changes."""
READERS = (Role.LEADER, Role.DEPARTMENT_HEAD)
"""Who is told that a report was published."""
_PUBLISHED = "报告已发布，不能修改；需要修改时请先撤回发布"


async def require_new(session: AsyncSession, actor: Actor, kind: Kind, days: Days, *, at: datetime) -> None:
    """Refuse a report that cannot be made.

    :raises NotPermitted: the actor writes no reports
    :raises Invalid: the period has not ended, or there is a report of it
    """
    actor.require(Permission.REPORT_WRITE)
    if days.last >= local_date(at):
        raise Invalid.of({"day": f"{rules.word(kind, days)}还没有结束，请在 {days.last.isoformat()} 之后生成"})
    if days.first in await queries.made(session, kind):
        raise Invalid.of({"day": f"{rules.word(kind, days)}的{kind.label}已经有了，请直接打开"})


async def make(
    session: AsyncSession, actor: Actor, kind: Kind, days: Days, figures: Mapping[str, Any], *, at: datetime
) -> PeriodReport:
    """Keep the figures of a period as the draft of a report.

    :raises NotPermitted: the actor writes no reports
    :raises Invalid: the period has not ended, or there is a report of it
    """
    await require_new(session, actor, kind, days, at=at)
    by = None if actor.account_id == SYSTEM_ID else actor.account_id
    report = PeriodReport(
        kind=kind, first_date=days.first, last_date=days.last, figures=dict(figures), made_at=at, made_by=by
    )
    session.add(report)
    await session.flush()
    await _trace(session, actor, "make", report, at)
    if by is None:
        text = f"{kind.label}草稿已生成：{rules.word(kind, days)}，请补充文字后发布"
        await _tell(session, report, (Role.CENTER_ADMIN,), Permission.REPORT_WRITE, text, at)
    return report


async def count_anew(
    session: AsyncSession, actor: Actor, name: str, figures: Mapping[str, Any], *, at: datetime
) -> None:
    """Put new figures in place of those of a draft.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is published
    """
    report = await draft(session, actor, name)
    report.figures, report.made_at = dict(figures), at
    await _trace(session, actor, "count", report, at)


async def save(
    session: AsyncSession, actor: Actor, name: str, block: Block, text: str, *, seen: UUID | None, at: datetime
) -> UUID:
    """Save a text, and give the id of what was saved; the one before is kept.

    :param seen: the saved text that this one was written over; none where there was none
    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is published
    :raises ChangedMeanwhile: another text was saved since
    :raises Invalid: the text cannot be taken
    """
    report = await draft(session, actor, name)
    if fault := text_fault(block.label, text, most=MAX_TEXT, least=0):
        raise Invalid.of({block.value: fault})
    last = (await queries.texts(session, report)).get(block)
    if (last.id if last else None) != seen:
        raise ChangedMeanwhile(f"“{block.label}”刚刚被他人保存过，请核对后再保存")
    made = ReportText(report_id=report.id, block=block, text_sealed=b"", saved_at=at, saved_by=actor.account_id)
    made.text_sealed = crypto.seal("report_text", "text", made.id, as_written(text))
    session.add(made)
    await session.flush()
    await _trace(session, actor, "write", report, at, where=block.label)
    return made.id


async def publish(session: AsyncSession, actor: Actor, name: str, *, at: datetime) -> int:
    """Publish a draft, tell leaders and heads of departments once each, and answer how many were told.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is published
    """
    report = await draft(session, actor, name)
    report.published_at, report.published_by = at, actor.account_id
    await _trace(session, actor, "publish", report, at)
    days = Days(report.first_date, report.last_date)
    found = rules.findings(report.kind, report.figures)
    text = f"{report.kind.label}已发布：{rules.word(report.kind, days)}，{found[0]}"
    return await _tell(session, report, READERS, Permission.STATISTICS_VIEW, text, at)


async def withdraw(session: AsyncSession, actor: Actor, name: str, reason: str, *, at: datetime) -> None:
    """Make a published report a draft again.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is not published
    :raises Invalid: no reason
    """
    report = await queries.find(session, actor, name, writing=True)
    if report.published_at is None:
        raise ActionNotAllowed("报告还没有发布")
    if fault := text_fault("撤回原因", reason, most=MAX_REASON):
        raise Invalid.of({"reason": fault})
    report.published_at = report.published_by = None
    await _trace(session, actor, "withdraw", report, at, reason=reason.strip())


async def draft(session: AsyncSession, actor: Actor, name: str) -> PeriodReport:
    """Give a report that is still written, locked until the act ends.

    :raises NotPermitted: the actor writes no reports
    :raises NotFound: there is no such report
    :raises ActionNotAllowed: it is published
    """
    report = await queries.find(session, actor, name, writing=True)
    if report.published_at is not None:
        raise ActionNotAllowed(_PUBLISHED)
    return report


async def _tell(
    session: AsyncSession, report: PeriodReport, roles: Sequence[Role], right: Permission, text: str, at: datetime
) -> int:
    once, name = uuid5(report.id, at.isoformat()), name_of(report.kind, Days(report.first_date, report.last_date))
    people = [one for one in await orgs.actors_in_roles(session, roles, at=at) if one.may(right)]
    return await notices.tell(session, [Bell(once, one.account_id, None, name, REPORT, text, at) for one in people])


async def _trace(
    session: AsyncSession, actor: Actor, act: str, report: PeriodReport, at: datetime, **more: str
) -> None:
    detail = {"what": rules.word(report.kind, Days(report.first_date, report.last_date)) + report.kind.label, **more}
    await journal.record(session, actor, f"report.{act}", "report", report.id, at=at, detail=detail)
    await announce(session, CHANGED, report.id)
