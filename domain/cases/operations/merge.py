"""Merge a duplicate into the case that is worked on, and take that back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations as calendar
from domain.calendar.models import Link
from domain.cases import policy
from domain.cases.models import Case, Source
from domain.cases.operations import clocks
from domain.cases.queries import family, processes, reach
from domain.cases.vocabulary import Status
from domain.cases.workflow import OPEN
from domain.kernel import journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.kernel.words import text_fault

MERGEABLE = (Status.TO_DISPATCH, Status.TO_SUPPLEMENT)
"""Nobody is handling a case at these: a merge never takes work out of a department's hands."""


async def merge(session: AsyncSession, actor: Actor, *, kept: str, merged: str, reason: str, at: datetime) -> None:
    """This function will set a duplicate aside; the kept case is worked on for both.

    The duplicate keeps its status, parties and journal; its clocks stand still, and its
    petitioners are told what becomes of the kept case.

    :raises NotPermitted: the actor is not the centre's administrator
    :raises NotFound: one of them is out of reach
    :raises ActionNotAllowed: the duplicate is being handled, or one of them is merged already
    :raises Invalid: the same case twice, or no reason
    """
    _require_centre(actor)
    _require_reason(reason)
    if kept == merged:
        raise Invalid.of({"kept": "不能并入自己，请选择另一件"})
    # always in the order of numbers: two people who merge crosswise wait, they do not lock each other
    rows = {number: await reach.lock(session, actor, number) for number in sorted((kept, merged))}
    whole, duplicate = rows[kept], rows[merged]
    called = [(await processes.of_case(session, one)).status_label(one.status) for one in (duplicate, whole)]
    _check(whole, duplicate, (called[0], called[1]))
    if await session.scalar(select(col(Case.id)).where(col(Case.merged_into_id) == duplicate.id).limit(1)):
        raise ActionNotAllowed(f"{merged} 已有其他案件并入，请先撤销那次合并")
    if duplicate.parent_id or await session.scalar(
        select(col(Case.id)).where(col(Case.parent_id) == duplicate.id).limit(1)
    ):
        raise ActionNotAllowed(f"{merged} 有主案件或子案件，请先解除再并案")

    duplicate.merged_into_id = whole.id
    await calendar.pause(session, subject_id=duplicate.id, links=tuple(Link), at=at)
    clocks.show(duplicate, None)

    await _leave_traces(session, actor, duplicate, whole, "merge", reason, at)


async def undo(session: AsyncSession, actor: Actor, *, number: str, reason: str, at: datetime) -> None:
    """This function will take a merge back: the duplicate goes on with the time that remained.

    :raises NotPermitted: the actor is not the centre's administrator
    :raises NotFound: out of reach
    :raises ActionNotAllowed: the case is not merged
    :raises Invalid: no reason
    """
    _require_centre(actor)
    _require_reason(reason)
    other = await family.kept_number(session, actor, number)
    if other is None:
        raise ActionNotAllowed("该件没有并入其他案件")
    rows = {one: await reach.lock(session, actor, one) for one in sorted((number, other))}
    duplicate, whole = rows[number], rows[other]
    if duplicate.merged_into_id != whole.id:
        raise ActionNotAllowed("该件刚刚被他人撤销并案")

    duplicate.merged_into_id = None
    if not duplicate.legacy:
        await calendar.resume(session, subject_id=duplicate.id, links=tuple(Link), at=at)
    await clocks.renew(session, duplicate)

    await _leave_traces(session, actor, duplicate, whole, "unmerge", reason, at)


def _require_centre(actor: Actor) -> None:
    policy.require_unrestricted(actor)
    if not actor.has(Role.CENTER_ADMIN):
        raise NotPermitted(f"合并案件由{Role.CENTER_ADMIN.label}操作")


def _require_reason(reason: str) -> None:
    if fault := text_fault("原因", reason, most=500):
        raise Invalid.of({"reason": fault})


def _check(whole: Case, duplicate: Case, called: tuple[str, str]) -> None:
    if duplicate.merged_into_id or whole.merged_into_id:
        raise ActionNotAllowed("其中一件已经并入其他案件，请先撤销合并")
    if duplicate.status not in MERGEABLE:
        raise ActionNotAllowed(f"{duplicate.number} 为“{called[0]}”，只有待转派和退回待补充的案件可以并入")
    if whole.status not in OPEN:
        raise ActionNotAllowed(f"{whole.number} 为“{called[1]}”，只能并入在办的案件")
    if whole.source is Source.CITY or duplicate.source is Source.CITY:
        raise ActionNotAllowed("市平台下发的案件须单独反馈，不能并案")
    if whole.parent_id == duplicate.id or duplicate.parent_id == whole.id:
        raise ActionNotAllowed("两件是主案件与子案件，不能合并")


async def _leave_traces(
    session: AsyncSession, actor: Actor, duplicate: Case, whole: Case, act: str, reason: str, at: datetime
) -> None:
    for case in (duplicate, whole):
        case.version += 1
        case.updated_at = at
    for case, other in ((duplicate, whole), (whole, duplicate)):
        detail: dict[str, Any] = {
            "number": case.number,
            "from": case.status.value,
            "to": case.status.value,
            "version": case.version,
            "opinion": reason.strip(),
            "other": other.number,
            "part": "merged" if case is duplicate else "kept",
        }
        await journal.record(session, actor, f"case.{act}", "case", case.id, at=at, detail=detail)
        await announce(session, "case", case.id, number=case.number, action=act)
    outbox.publish(session, f"case.{act}", duplicate.id, {"number": duplicate.number, "kept": whole.number}, at=at)
