"""Who rejected, returned and passed on a case: the desk's memory at a glance (requirement 1, 事件详情)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.queries import reach
from domain.cases.schemas import HandlingView
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.orgs import queries as orgs

_REJECTIONS = frozenset(
    {
        Action.SEND_BACK, Action.REQUEST_RETURN, Action.APPROVE_RETURN, Action.REJECT_RETURN,
        Action.REJECT_RESULT, Action.REJECT_EXTENSION, Action.REJECT_ORDER, Action.RECALL,
    }
)  # fmt: skip
_TRANSFERS = frozenset(
    {
        Action.DISPATCH, Action.REDISPATCH, Action.ORDER, Action.APPROVE_ORDER, Action.HAND_OVER,
        Action.REOPEN, Action.RELAPSE,
    }
)  # fmt: skip


async def of(session: AsyncSession, actor: Actor, number: str) -> tuple[HandlingView, ...]:
    """This function will list the rejections and transfers of a case, the newest first."""
    case = await reach.find(session, actor, number)
    topics = [f"case.{action.value}" for action in (*_REJECTIONS, *_TRANSFERS)]
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.subject_id) == case.id, col(JournalEntry.action).in_(topics))
        .order_by(col(JournalEntry.seq).desc())
    )
    entries = list(await session.scalars(query))
    if not entries:
        return ()
    names = await orgs.staff_names(session, {e.actor_id for e in entries})
    units = await orgs.units_by_id(session, {e.actor_unit_id for e in entries})
    coded = await orgs.unit_names_by_code(session)
    return tuple(_view(entry, names, {i: u.name for i, u in units.items()}, coded) for entry in entries)


def _view(entry: JournalEntry, names: dict, units: dict, coded: dict[str, str]) -> HandlingView:  # type: ignore[type-arg]
    action, detail = Action(entry.action.removeprefix("case.")), entry.detail
    codes = [code for code in (detail.get("lead"), *detail.get("assists", ())) if code]
    rejected = action in _REJECTIONS
    return HandlingView(
        kind="驳回" if rejected else "流转",
        label=action.label,
        who=names.get(entry.actor_id, ""),
        unit=units.get(entry.actor_unit_id, ""),
        target="、".join(coded.get(code, code) for code in codes),
        at=entry.at,
        opinion=detail.get("opinion", ""),
        tone="orange" if rejected else "blue",
    )
