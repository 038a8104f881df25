"""Arrange the status order of lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import ListOrder
from domain.cases.queries.orders import DEFAULTS, Order
from domain.cases.queries.processes import require_manager
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.refusals import Invalid


async def arrange(session: AsyncSession, actor: Actor, order: Order, statuses: Sequence[str], *, at: datetime) -> None:
    """Set the order in which a list shows its statuses; every status stands in it once.

    :raises NotPermitted: the actor does not arrange processes
    :raises Invalid: a status is missing, unknown or twice there
    """
    require_manager(actor)
    if sorted(statuses) != sorted(DEFAULTS[order]):
        raise Invalid.of({"statuses": "排序须包含每个状态，且每个状态只出现一次"})
    kept = await session.get(ListOrder, order.value, with_for_update=True)
    if kept is None:
        kept = ListOrder(name=order.value, statuses=[], set_by=actor.account_id, set_at=at)
        session.add(kept)
    kept.statuses, kept.set_by, kept.set_at = list(statuses), actor.account_id, at
    await session.flush()
    detail = {"order": order.value, "statuses": list(statuses)}
    await journal.record(session, actor, "list.arrange", "list", new_id(), at=at, detail=detail)
