"""What the dialog of a step begins with: what is known need not be typed again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Assignment, Part
from domain.cases.queries import reach
from domain.cases.vocabulary import Action, Need
from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.clock import TYPED, stamp
from domain.orgs import queries as orgs

_LOOKED_AT = 20
"""Cases of one's own that are looked at for the telephone last given."""


async def given(session: AsyncSession, actor: Actor, action: Action, *, at: datetime) -> dict[str, str]:
    """Give what a step would ask of this person and is known, as a form shows it.

    Who accepts is in charge, with the own telephone; who notes a call back has just made it.
    """
    if action is Action.CALL_BACK:
        return {Need.CALLED_AT.value: stamp(at, TYPED), Need.CALLED_BY.value: actor.name}
    if action is not Action.ACCEPT:
        return {}
    phone = await _own_phone(session, actor) or await orgs.office_phone(session, actor.unit_id)
    return {Need.IN_CHARGE.value: actor.name, Need.IN_CHARGE_PHONE.value: phone}


async def _own_phone(session: AsyncSession, actor: Actor) -> str:
    # The telephone that this person gave last as the one in charge; empty when there is none.
    query = (
        select(Assignment)
        .where(col(Assignment.accepted_by) == actor.account_id, col(Assignment.in_charge_phone_sealed).is_not(None))
        .order_by(col(Assignment.accepted_at).desc())
        .limit(_LOOKED_AT)
    )
    for one in await session.scalars(query):
        if crypto.readable("assignment", "in_charge", one.id, one.in_charge_sealed) == actor.name:
            return crypto.readable("assignment", "in_charge_phone", one.id, one.in_charge_phone_sealed) or ""
    return ""


async def helping(session: AsyncSession, actor: Actor, number: str, action: Action) -> list[str]:
    """Give the departments that assist now, by code, for a step that may change them.

    :raises NotFound: no such case within the actor's reach
    """
    if action is not Action.REDISPATCH:
        return []
    case = await reach.find(session, actor, number)
    live = await reach.live_assignments(session, case.id)
    units = await orgs.units_by_id(session, (one.unit_id for one in live if one.part is Part.ASSIST))
    return [unit.code for unit in units.values()]
