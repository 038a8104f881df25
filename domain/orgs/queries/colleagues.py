"""Reads of those who can act in somebody's stead, or take over somebody's work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.permissions import Role
from domain.orgs import policy
from domain.orgs.models import Account, AccountUnit
from domain.orgs.queries.staff import name_of
from domain.orgs.schemas import Colleague


async def colleagues(session: AsyncSession, unit_ids: Collection[UUID], *, at: datetime) -> tuple[Colleague, ...]:
    """List the accounts of some units that are in force and have a role, by login."""
    joined = select(AccountUnit.account_id).where(col(AccountUnit.unit_id).in_(unit_ids))
    query = (
        select(Account)
        .where(
            or_(col(Account.unit_id).in_(unit_ids), col(Account.id).in_(joined)),
            col(Account.disabled_at).is_(None),
            or_(col(Account.valid_until).is_(None), col(Account.valid_until) > at),
            col(Account.roles) != [],
        )
        .order_by(col(Account.login))
    )
    return tuple(
        Colleague(one.login, name_of(one), frozenset(Role(word) for word in one.roles), one.id, one.unit_id)
        for one in await session.scalars(query)
    )


async def who_may_stand_in(
    session: AsyncSession, roles: Collection[Role], unit_ids: Collection[UUID], *, at: datetime
) -> tuple[Colleague, ...]:
    """List who may act in the stead of somebody with these roles: colleagues of the same duty."""
    duties = policy.duties_of([role.value for role in roles], {})
    found = await colleagues(session, unit_ids, at=at)
    return tuple(one for one in found if policy.duties_of([role.value for role in one.roles], {}) == duties)
