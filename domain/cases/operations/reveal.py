"""Show one field of a party in clear: an act with a reason, and with traces."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import categories
from domain.cases.queries import reach
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.people import operations as people
from domain.people.schemas import Opened, Revealable


async def reveal(
    session: AsyncSession, actor: Actor, *, person_id: UUID, field: Revealable, reason: str, at: datetime
) -> Opened:
    """Give one field of a party in clear, and write that to the journal.

    The caller raises the refusal of the answer, if there is one, after the commit: see `people.operations.reveal`.

    :raises NotPermitted: the actor may not reveal
    :raises NotFound: the person is in no case within reach
    :raises Invalid: no reason worth the name
    """
    actor.require(Permission.PERSON_REVEAL)
    matters = await reach.matters_of_person(session, actor, person_id)
    special = any(categories.is_special(category) for category in matters)
    return await people.reveal(session, actor, person_id=person_id, field=field, reason=reason, at=at, special=special)
