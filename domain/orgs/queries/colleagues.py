"""Reads of those who can act in somebody's stead."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.orgs.models import Account, AccountUnit
from domain.orgs.queries.staff import name_of


async def colleagues(session: AsyncSession, actor: Actor) -> tuple[tuple[str, str], ...]:
    """This function will list the enabled, granted accounts of the actor's own units, as login and name, by login.

    The actor's own account is among them; whether one may stand in for another is decided when it is asked for.
    """
    joined = select(AccountUnit.account_id).where(col(AccountUnit.unit_id).in_(actor.unit_ids))
    query = (
        select(Account)
        .where(
            or_(col(Account.unit_id).in_(actor.unit_ids), col(Account.id).in_(joined)),
            col(Account.disabled_at).is_(None),
            col(Account.roles) != [],
        )
        .order_by(col(Account.login))
    )
    return tuple((one.login, name_of(one)) for one in await session.scalars(query))
