"""What a bulk step would do to each of the chosen cases, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries import actions, reach
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.kernel.refusals import Invalid

BULK = frozenset({Action.DISPATCH, Action.REDISPATCH, Action.URGE})
"""The steps that are taken on many cases at once; each case is its own act."""
MOST = 200


@dataclass(frozen=True, slots=True)
class BulkRow:
    """Tell of one chosen case whether a bulk step would reach it."""

    number: str
    title: str
    version: int
    status_label: str
    allowed: bool
    reason: str


async def preview(
    session: AsyncSession, actor: Actor, numbers: Sequence[str], action: Action, *, at: datetime
) -> tuple[BulkRow, ...]:
    """Tell, case by case and in the given order, who would be reached and why not.

    Cases out of reach are left out, as if they were not there.

    :raises Invalid: not a bulk step, or too many cases
    """
    within_bounds(numbers, action)
    query = select(Case).where(col(Case.number).in_(numbers), reach.visible_to(actor))
    cases = {case.number: case for case in await session.scalars(query)}
    found = []
    for number in dict.fromkeys(numbers):
        if (case := cases.get(number)) is not None:
            views = await actions.of(session, actor, number, at=at)
            view = next(v for v in views if v.action == action.value)
            found.append(
                BulkRow(number, case.title, case.version, case.status.label, allowed=view.allowed, reason=view.reason)
            )
    return tuple(found)


def within_bounds(numbers: Sequence[str], action: Action) -> None:
    """Refuse what is no bulk step, and more cases than one may take.

    :raises Invalid: not a bulk step, or too many cases
    """
    if action not in BULK:
        raise Invalid(f"“{action.label}”不能批量办理")
    if len(numbers) > MOST:
        raise Invalid(f"一次最多批量办理 {MOST} 件")
