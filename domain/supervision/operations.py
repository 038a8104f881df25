"""Writes: a breach found by the clock, and changed calendars and limits that reach open cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations as calendar
from domain.calendar import queries as calendar_queries
from domain.calendar.models import Deadline, Link
from domain.calendar.operations import days as calendar_days
from domain.calendar.operations import limits as calendar_limits
from domain.calendar.rules import Limit
from domain.calendar.schemas import LimitView
from domain.cases.models import Assignment, Case, Supervision
from domain.cases.operations.card import raise_card
from domain.cases.operations.clocks import renew_all
from domain.cases.operations.effects import end_supervision
from domain.cases.queries.reach import lock, visible_to
from domain.cases.queries.starting import holding_unit
from domain.kernel import journal, outbox
from domain.kernel.actor import Actor, system_actor
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotPermitted
from domain.kernel.words import text_fault
from domain.orgs import queries as orgs
from domain.supervision import queries, rules
from domain.supervision.models import Breach, Level, VoidedBreach
from domain.supervision.queries import still_open
from domain.supervision.schemas import BreachView

P = ParamSpec("P")
BREACH, VOID = "case.breach", "case.breach_void"


async def strike(
    session: AsyncSession, actor: Actor, *, deadline_id: UUID, level: Level, at: datetime
) -> BreachView | None:
    """Write that a clock passed a level, once; none when it did not, or it stands already.

    A case that somebody is changing at this moment is passed over: the next look finds it.
    A breach of acceptance or first feedback raises the card, any other is noticed only.

    :raises NotPermitted: the actor is not the system's clock
    """
    if not actor.has(Role.CLOCK):
        raise NotPermitted("超时由系统时钟记录")
    case = await _lock(session, actor, deadline_id)
    if case is None:
        return None
    deadline = await session.get_one(Deadline, deadline_id, populate_existing=True)
    if not (rules.touched(deadline, case) and rules.late(deadline, level, at)):
        return None
    breach = await _written(session, deadline, case, level, at)
    if breach is None:
        return None
    if breach.carded and deadline.stopped_at is None:
        await raise_card(session, actor, case, Supervision(level.value), deadline.link, at)
    else:
        await _notice(session, case, breach, at)
    return BreachView.of(breach, case.number, deadline, await calendar_queries.calendar_of(session, deadline.unit_id))


async def _lock(session: AsyncSession, actor: Actor, deadline_id: UUID) -> Case | None:
    query = (
        select(Case)
        .join(Deadline, col(Deadline.subject_id) == col(Case.id))
        .where(col(Deadline.id) == deadline_id, visible_to(actor))
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one_or_none()


async def _written(session: AsyncSession, deadline: Deadline, case: Case, level: Level, at: datetime) -> Breach | None:
    holder = await session.get(Assignment, deadline.holder_id) if deadline.holder_id else None
    breach = Breach(
        id=new_id(),
        deadline_id=deadline.id,
        case_id=case.id,
        unit_id=deadline.unit_id or holding_unit(case, deadline.link, holder),
        assignment_id=deadline.holder_id,
        link=deadline.link,
        level=level,
        due_at=rules.moment(deadline, level),
        found_at=at,
        calendar_version=deadline.calendar_version,
        carded=rules.carded(deadline, level),
        provisional=deadline.provisional,
        attempt=await _voided(session, deadline.id, level),
    )
    row = insert(Breach).values(**breach.model_dump()).on_conflict_do_nothing().returning(col(Breach.id))
    return breach if await session.scalar(row) else None


async def _voided(session: AsyncSession, deadline_id: UUID, level: Level) -> int:
    """Count the breaches of one level that were voided: the next is written beside them."""
    of_level = (col(Breach.deadline_id) == deadline_id, col(Breach.level) == level)
    query = select(func.count()).select_from(VoidedBreach).join(Breach, col(Breach.id) == col(VoidedBreach.breach_id))
    return await session.scalar(query.where(*of_level)) or 0


async def void(
    session: AsyncSession, actor: Actor, *, number: str, since: datetime, until: datetime, reason: str, at: datetime
) -> tuple[BreachView, ...]:
    """Void the breaches of one case that were written in `[since, until)`, and take down the card that rests on them.

    They stay in the record and count no more. What was late all the same is written anew by the next look.

    :raises NotPermitted: the actor does not run the centre
    :raises NotFound: no such case within reach
    :raises Invalid: no reason
    """
    if not actor.has(Role.CENTER_ADMIN):
        raise NotPermitted("超时由综治中心管理员撤销")
    if fault := text_fault("撤销理由", reason, most=200):
        raise Invalid.of({"reason": fault})
    case = await lock(session, actor, number)
    found = await queries.found_in(session, actor, since=since, until=until, number=case.number)
    for one in found:
        session.add(VoidedBreach(breach_id=one.id, at=at, by=actor.account_id, reason=reason.strip()))
    await session.flush()
    lowered = bool(found) and await _lower_card(session, case, at)
    for one in found:
        detail = {
            "number": case.number, "link": one.link, "level": one.level, "opinion": reason.strip(),
            "found_at": one.found_at.isoformat(), "lowered": lowered,
        }  # fmt: skip
        await journal.record(session, actor, VOID, "case", case.id, at=at, detail=detail)
    if found:
        await announce(session, "case", case.id, number=case.number, action="breach_void")
    return found


async def _lower_card(session: AsyncSession, case: Case, at: datetime) -> bool:
    """Let the card say what the breaches that count still say; one that a person put on the case stays."""
    if not case.supervision_auto:
        return False
    query = (
        select(col(Breach.link), col(Breach.level))
        .join(Deadline, col(Deadline.id) == col(Breach.deadline_id))
        .where(
            col(Breach.case_id) == case.id,
            col(Breach.carded),
            queries.counts(),
            col(Deadline.stopped_at).is_(None),
        )
    )
    left = [(Supervision(level.value), link) for link, level in await session.execute(query)]
    if (case.supervision, case.supervision_link) in left:
        return False
    if left:
        case.supervision, case.supervision_link = max(left, key=lambda one: tuple(Supervision).index(one[0]))
    else:
        end_supervision(case)
    case.updated_at = at
    return True


async def _notice(session: AsyncSession, case: Case, breach: Breach, at: datetime) -> None:
    told = await orgs.units_by_id(session, [breach.unit_id]) if breach.link is not Link.DISPATCH else {}
    payload = {
        "number": case.number,
        "from": case.status.value,
        "to": case.status.value,
        "level": breach.level.value,
        "link": breach.link.value,
        "units": [unit.code for unit in told.values()],
    }
    outbox.publish(session, BREACH, case.id, payload, at=at)
    await announce(session, "case", case.id, number=case.number, action="breach")


def _renewing(
    act: Callable[Concatenate[AsyncSession, Actor, P], Awaitable[list[Deadline]]],
) -> Callable[Concatenate[AsyncSession, Actor, P], Awaitable[list[Deadline]]]:
    """Let an act of the calendar renew what the cases show that it moves; it answers the moved deadlines."""

    @wraps(act)
    async def renewed(session: AsyncSession, actor: Actor, *more: P.args, **known: P.kwargs) -> list[Deadline]:
        calendar_days.require_arranger(actor)
        await _hold(session)
        moved = await act(session, actor, *more, **known)
        return await _shown(session, moved, await _relaid(session))

    return renewed


confirm_year = _renewing(calendar.confirm_year)
import_notice = _renewing(calendar.import_notice)
set_days = _renewing(calendar.set_days)
set_pattern = _renewing(calendar.set_pattern)


async def set_limit(
    session: AsyncSession,
    actor: Actor,
    *,
    link: Link,
    limit: Limit,
    category: str = "",
    unit_id: UUID | None = None,
    severe: bool = False,
    note: str = "",
    at: datetime,
    recompute: bool = False,
) -> LimitView:
    """Set a limit; with `recompute` open deadlines follow, and their cases show it."""
    calendar_limits.require_arranger(actor)
    if recompute:
        await _hold(session)
    view = await calendar.set_limit(
        session, actor, link=link, limit=limit, category=category, unit_id=unit_id, severe=severe, note=note, at=at,
        recompute=recompute,
    )  # fmt: skip
    await _shown(session, await _on(session, link) if recompute else [])
    return view


async def end_limit(
    session: AsyncSession, actor: Actor, *, rule_id: UUID, at: datetime, recompute: bool = False
) -> LimitView:
    """End a limit rule; with `recompute` open deadlines follow, and their cases show it."""
    calendar_limits.require_arranger(actor)
    if recompute:
        await _hold(session)
    view = await calendar.end_limit(session, actor, rule_id=rule_id, at=at, recompute=recompute)
    await _shown(session, await _on(session, view.link) if recompute else [])
    return view


async def _hold(session: AsyncSession) -> None:
    """Lock every open case, as steps do first: no clock starts on the old calendar while the new one comes."""
    seen = visible_to(system_actor(Role.CLOCK))
    await session.execute(select(col(Case.id)).where(still_open(), seen).order_by(col(Case.number)).with_for_update())


async def _on(session: AsyncSession, link: Link) -> list[Deadline]:
    query = select(Deadline).where(col(Deadline.link) == link, col(Deadline.stopped_at).is_(None))
    return list(await session.scalars(query))


async def _relaid(session: AsyncSession) -> list[Deadline]:
    """Give the clocks that the calendar just set lays, also those that end as before but sooner in work."""
    version = (await calendar_queries.book_of(session)).version
    query = select(Deadline).where(col(Deadline.stopped_at).is_(None), col(Deadline.calendar_version) == version)
    return list(await session.scalars(query))


async def fill_soon(session: AsyncSession) -> int:
    """Work out from when on running clocks end soon where that is not known yet; answers for how many."""
    return len(await _shown(session, await calendar.fill_soon(session)))


async def _shown(session: AsyncSession, moved: list[Deadline], relaid: Sequence[Deadline] = ()) -> list[Deadline]:
    """Renew what the cases of moved deadlines show, and tell the pages that show them; answers the moved ones."""
    ids = {one.subject_id for one in (*moved, *relaid)}
    if ids:
        seen = visible_to(system_actor(Role.CLOCK))
        cases = list(await session.scalars(select(Case).where(col(Case.id).in_(ids), seen)))
        await renew_all(session, cases)
        for case in cases:
            await announce(session, "case", case.id, number=case.number, action="recompute")
    return moved
