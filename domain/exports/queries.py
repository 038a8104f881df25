"""Reads: the person's own exports, what waits, conditions in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases import categories
from domain.cases.inputs import CaseFilter
from domain.cases.models import RiskLevel, Satisfaction, Source
from domain.cases.queries import processes
from domain.cases.queries.narrowing import TAG_WORDS
from domain.cases.queries.views import VIEWS
from domain.cases.rules import OVERDUE_ACCEPT, OVERDUE_HANDLE
from domain.cases.vocabulary import Status
from domain.exports import policy, rules
from domain.exports.models import ExportJob, State
from domain.exports.schemas import ExportRow
from domain.kernel.actor import Actor
from domain.kernel.clock import Span, end_stamp, stamp
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs

_PERSON = {"name": "姓名", "phone": "电话", "phone_tail": "电话", "id_number": "证件号码", "id_tail": "证件号码"}
_LATE = {OVERDUE_ACCEPT: "逾期未接收", OVERDUE_HANDLE: "逾期未处理"}


async def own(
    session: AsyncSession, actor: Actor, _wanted: object, *, at: datetime, **_more: object
) -> list[ExportRow]:
    """Give the person's own exports of the last days, the newest first.

    :raises NotPermitted: the actor may not export
    """
    policy.require(actor)
    query = select(ExportJob).where(col(ExportJob.account_id) == actor.account_id)
    return [_row(job, at) for job in await session.scalars(query.order_by(col(ExportJob.asked_at).desc()))]


async def own_job(session: AsyncSession, actor: Actor, job_id: UUID) -> ExportJob:
    """Give one of the person's own exports, locked until the act ends.

    :raises NotPermitted: the actor may not export
    :raises NotFound: no such export of this person
    """
    policy.require(actor)
    mine = (col(ExportJob.id) == job_id, col(ExportJob.account_id) == actor.account_id)
    job = (await session.scalars(select(ExportJob).where(*mine).with_for_update())).one_or_none()
    if job is None:
        raise NotFound("没有找到这次导出，可能已过期；请在“导出记录”中查看")
    return job


async def open_of(session: AsyncSession, actor: Actor) -> int:
    """Count the person's exports that wait or run."""
    mine = (col(ExportJob.account_id) == actor.account_id, col(ExportJob.state).in_(rules.OPEN))
    return await session.scalar(select(func.count()).select_from(ExportJob).where(*mine)) or 0


async def due(session: AsyncSession) -> UUID | None:
    """Give the export to be worked on: what a process left behind, then what waits longest; none without one."""
    query = select(col(ExportJob.id)).where(col(ExportJob.state).in_(rules.OPEN))
    left_first = (col(ExportJob.state) != State.RUNNING, col(ExportJob.asked_at))
    return await session.scalar(query.order_by(*left_first).limit(1))


async def kept(session: AsyncSession) -> dict[UUID, State]:
    """Give the exports of which something lies in the folder, by their state."""
    query = select(col(ExportJob.id), col(ExportJob.state)).where(col(ExportJob.key_sealed).is_not(None))
    return {job_id: state for job_id, state in await session.execute(query)}  # noqa: C416 - rows are no pairs


async def words_of(session: AsyncSession, wanted: CaseFilter) -> str:
    """Say conditions in words; what was looked for of a person, or typed, is named and not said."""
    said = await processes.in_all_words(session)
    found = [said(VIEWS[wanted.view][0])] if wanted.view and wanted.view != "all" else []
    found += [f"状态：{'、'.join(_status(word, said) for word in wanted.statuses)}"] if wanted.statuses else []
    if wanted.areas:
        names = [(await areas.by_code(session, code)).name for code in wanted.areas]
        found.append(f"属地：{'、'.join(names)}")
    if wanted.departments:
        units = [await orgs.department_by_code(session, code, field="department") for code in wanted.departments]
        found.append(f"承办单位：{'、'.join(unit.name for unit in units)}")
    found += _plain(wanted)
    typed = {"text": "文字", "content": "诉求内容", "number": "编号", **_PERSON}
    sought = dict.fromkeys(words for name, words in typed.items() if getattr(wanted, name).strip())
    found += [f"按{'、'.join(sought)}查找"] if sought else []
    return "；".join(found) or "全部"


def _status(word: str, said: Callable[[str], str]) -> str:
    return said(_LATE.get(word) or Status(word).label)


def _plain(wanted: CaseFilter) -> list[str]:
    kinds = {kind.value: kind.label for kind in categories.Kind}
    facts = {
        "类别": [
            one.label if (one := categories.CATEGORIES.get(code)) else kinds.get(code, code)
            for code in wanted.categories
        ],
        "风险": [RiskLevel(word).label for word in wanted.risks],
        "来源": [Source(word).label for word in wanted.sources],
        "满意度": [Satisfaction(word).label for word in wanted.satisfactions],
        "标签": [TAG_WORDS[tag] for tag in wanted.tags],
        "受理日期": _days(wanted.submitted),
        "登记日期": _days(wanted.created),
        "办结日期": _days(wanted.closed),
        "到期日期": _days(wanted.due),
        "发生日期": _days(wanted.occurred),
    }
    return [f"{name}：{'、'.join(words)}" for name, words in facts.items() if words] + (
        ["已超期"] if wanted.overdue else []
    )


def _days(span: Span) -> list[str]:
    return [f"{stamp(span.since)} 至 {end_stamp(span.until)}"] if span else []


def _row(job: ExportJob, at: datetime) -> ExportRow:
    over = job.state is State.DONE and (job.ended_at is None or at >= job.ended_at + rules.KEPT)
    state = State.EXPIRED if over else job.state
    return ExportRow(
        id=job.id,
        asked_at=job.asked_at,
        said=job.said,
        state=state,
        progress=rules.progress(state, job.rows, job.total),
        fault=job.fault,
        until=job.ended_at + rules.KEPT if state is State.DONE and job.ended_at else None,
        taken_at=job.taken_at,
        may_go_on=state is State.FAILED and job.key_sealed is not None,
    )
