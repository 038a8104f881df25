"""Merge a duplicate into the case that is worked on, and take that back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations as calendar
from domain.calendar.models import Link
from domain.calendar.operations import Clocks
from domain.cases import policy
from domain.cases.models import Case, Source
from domain.cases.operations import clocks, joining
from domain.cases.operations.beside import leave_trace
from domain.cases.queries import family, processes, reach
from domain.cases.vocabulary import Status
from domain.cases.workflow import OPEN
from domain.kernel import outbox
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.kernel.words import text_fault

MERGEABLE = (Status.TO_DISPATCH, Status.TO_SUPPLEMENT)
"""Nobody is handling a case at these: a merge never takes work out of a department's hands."""
_BEFORE_ACCEPTANCE = (*MERGEABLE, Status.TO_ACCEPT)
"""Where a case becomes a leader's order by its flag alone; later its status would have to say so too."""


async def merge(session: AsyncSession, actor: Actor, *, kept: str, merged: str, reason: str, at: datetime) -> None:
    """Set a duplicate aside; the kept case is worked on for both.

    The duplicate keeps its status, parties and journal; its clocks stand still, and its
    petitioners are told what becomes of the kept case. The kept case takes over what is stricter: see `joining`.

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
    gave = await _take_over(session, whole, duplicate)
    duplicate.merge_gave = gave
    await calendar.pause(session, subject_id=duplicate.id, links=tuple(Link), at=at)
    clocks.show(duplicate, None)

    await _leave_traces(session, actor, duplicate, whole, "merge", reason, at, stricter=sorted(gave))


async def undo(session: AsyncSession, actor: Actor, *, number: str, reason: str, at: datetime) -> None:
    """Take a merge back: the duplicate goes on with the time that remained.

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
    back = await _give_back(session, whole, duplicate)
    if not duplicate.legacy:
        await calendar.resume(session, subject_id=duplicate.id, links=tuple(Link), at=at)
    await clocks.renew(session, duplicate)

    await _leave_traces(session, actor, duplicate, whole, "unmerge", reason, at, given_back=sorted(back))


async def _take_over(
    session: AsyncSession, whole: Case, duplicate: Case, only: Collection[str] | None = None
) -> joining.Gave:
    # The stricter of both holds for the kept case: attributes, and of one link the earlier deadline.
    gave = joining.join(whole, duplicate, only)
    own, other = await Clocks.of(session, whole.id), await Clocks.of(session, duplicate.id)
    gave |= clocks.tighten(own, other, only)
    if "supervision" in gave and whole.supervision_link not in {one.link for one in own.running}:
        # its link is over here: it ends with the link that the kept case is at
        whole.supervision_link = whole.due_link
        gave["supervision"][1] = joining.stored(joining.values(whole, joining.STRICTER["supervision"][0]))
    await session.flush()
    await clocks.renew(session, whole)
    return gave


async def _give_back(session: AsyncSession, whole: Case, duplicate: Case) -> list[str]:
    # What the duplicate gave goes; what others gave, or give now in its place, stays.
    gone, duplicate.merge_gave = dict(duplicate.merge_gave), {}
    seen = reach.visible_to(system_actor(Role.CLOCK))
    query = select(Case).where(seen, col(Case.merged_into_id) == whole.id, col(Case.id) != duplicate.id)
    others = list(await session.scalars(query.order_by(col(Case.number)).with_for_update()))
    records = [dict(other.merge_gave) for other in others]
    joining.inherit(gone, records)
    back = joining.part(whole, gone) + clocks.loosen(await Clocks.of(session, whole.id), gone)
    await session.flush()
    for other, record in zip(others, records, strict=True):
        other.merge_gave = {**await _take_over(session, whole, other, back), **record}
    await clocks.renew(session, whole)
    return back


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
    _check_attributes(whole, duplicate)


def _check_attributes(whole: Case, duplicate: Case) -> None:
    # What the kept case could not take over bars the merge, rather than be lost.
    for case in (whole, duplicate):
        if case.legacy:
            raise ActionNotAllowed(f"{case.number} 已列为历史遗留，时限不再计算：请先取消历史遗留再并案")
    if duplicate.leader_order and not whole.leader_order and whole.status not in _BEFORE_ACCEPTANCE:
        raise ActionNotAllowed(f"{duplicate.number} 是领导交办件：请先由领导对 {whole.number} 交办，再并入")


async def _leave_traces(
    session: AsyncSession,
    actor: Actor,
    duplicate: Case,
    whole: Case,
    act: str,
    reason: str,
    at: datetime,
    **more: object,
) -> None:
    await leave_trace(session, actor, duplicate, act, at=at, other=whole.number, part="merged", opinion=reason.strip())
    await leave_trace(
        session, actor, whole, act, at=at, other=duplicate.number, part="kept", opinion=reason.strip(), **more
    )
    outbox.publish(session, f"case.{act}", duplicate.id, {"number": duplicate.number, "kept": whole.number}, at=at)
