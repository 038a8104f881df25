"""Who has a case open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.queries import reach
from domain.kernel.actor import Actor
from domain.notices import rules
from domain.notices.models import CasePresence
from domain.notices.schemas import Onlooker
from domain.orgs import queries as orgs
from domain.orgs.models import Account, Unit


async def others(session: AsyncSession, actor: Actor, *, number: str, at: datetime) -> tuple[Onlooker, ...]:
    """Tell who else has a case open now, each person once, in the order of units.

    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    query = (
        select(Account, Unit)
        .join(Unit, col(Unit.id) == col(Account.unit_id))
        .where(
            col(Account.id).in_(
                select(col(CasePresence.account_id)).where(
                    col(CasePresence.case_id) == case.id,
                    col(CasePresence.seen_at) >= at - rules.PRESENT_FOR,
                    col(CasePresence.account_id) != actor.account_id,
                )
            )
        )
        .order_by(col(Unit.position), col(Account.login))
    )
    rows = (await session.execute(query)).all()
    return tuple(Onlooker(orgs.name_of(account), unit.short_name or unit.name) for account, unit in rows)
