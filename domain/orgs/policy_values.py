"""The security values in force: what the security administrator set, else the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission
from domain.orgs import rules
from domain.orgs.models import SecurityPolicy
from domain.orgs.rules import SecurityValues

CHANGED = "policy.set"
"""The journal's word for a change of values; its detail holds before and after."""
_MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    by: UUID
    key: str
    before: str
    after: str
    reason: str


async def of(session: AsyncSession) -> SecurityValues:
    """Give the security values in force."""
    rows = await session.execute(select(col(SecurityPolicy.key), col(SecurityPolicy.value)))
    return rules.values_of({row[0]: row[1] for row in rows})


async def history(session: AsyncSession, actor: Actor) -> tuple[Change, ...]:
    """List the last changes of the values, the newest first.

    :raises NotPermitted: the actor does not manage the values
    """
    actor.require(Permission.POLICY_MANAGE)
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.action) == CHANGED)
        .order_by(col(JournalEntry.seq).desc())
        .limit(_MOST_CHANGES)
    )
    return tuple(
        Change(line.at, line.actor_id, key, str(before), str(after), str(line.detail.get("reason", "")))
        for line in await session.scalars(query)
        for key, (before, after) in sorted(line.detail.get("changed", {}).items())
    )
