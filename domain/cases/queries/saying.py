"""The words of the county by which categories are found, and what was chosen for a word before."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.categories import CATEGORIES, Usual
from domain.cases.models import CategoryChoice, CategoryWord
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound, NotPermitted

MOST_CHOICES = 5000
"""What was chosen most often; the rest keeps the usual order."""


def require_manager(actor: Actor) -> None:
    """Refuse who does not keep the words of categories.

    :raises NotPermitted: neither the centre's nor the system's administrator
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("类别用词由系统管理员或综治中心管理员维护")


async def usual(session: AsyncSession) -> Usual:
    """Give the words that were added and those for which something was chosen, with how often."""
    words: dict[str, tuple[str, ...]] = {}
    times: dict[str, dict[str, int]] = {}
    for category, folded in await session.execute(select(col(CategoryWord.category), col(CategoryWord.folded))):
        words[category] = (*words.get(category, ()), folded)
        times.setdefault(category, {})[folded] = 0
    chosen = select(CategoryChoice).order_by(col(CategoryChoice.times).desc(), col(CategoryChoice.folded))
    for one in await session.scalars(chosen.limit(MOST_CHOICES)):
        times.setdefault(one.category, {})[one.folded] = one.times
    return Usual(words, times)


async def added(session: AsyncSession, actor: Actor) -> list[CategoryWord]:
    """List the words that were added, by category.

    :raises NotPermitted: the actor does not keep them
    """
    require_manager(actor)
    places = {code: place for place, code in enumerate(CATEGORIES)}
    rows = await session.scalars(select(CategoryWord).order_by(col(CategoryWord.added_at), col(CategoryWord.id)))
    return sorted(rows, key=lambda one: places.get(one.category, len(places)))


async def word_of(session: AsyncSession, actor: Actor, word_id: UUID, *, lock: bool = False) -> CategoryWord:
    """Give one word that was added.

    :raises NotPermitted: the actor does not keep them
    :raises NotFound: no such word
    """
    require_manager(actor)
    row = await session.get(CategoryWord, word_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("没有找到这个用词，可能已被删除")
    return row
