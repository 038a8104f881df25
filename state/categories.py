"""Categories as they are offered for typing: found by their names and by everyday words."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import categories
from domain.cases.queries import saying
from state.inputs import Offer


async def offers(session: AsyncSession) -> list[Offer]:
    """Give all categories with the words by which each is found, and what was chosen for a word before."""
    said, usual = categories.words(), await saying.usual(session)
    return [
        Offer(c.code, c.full, [*said[c.code], *usual.added.get(c.code, ())], dict(usual.times.get(c.code, {})))
        for c in categories.CATEGORIES.values()
    ]


async def offers_by_group(session: AsyncSession) -> list[Offer]:
    """Give the same with each group as a whole before its categories; its value begins their codes."""
    found: list[Offer] = []
    for one in await offers(session):
        group = one.value[:2]
        if not found or found[-1].value[:2] != group:
            found.append(Offer(group, GROUPS[group]))
        found.append(one)
    return found


GROUPS = {one.code[:2]: f"{one.group}（整组）" for one in categories.CATEGORIES.values()}
