"""Which limit a clock of a case runs: the process's own one, else the rule in force for who has the case.

And the same before there is a case: what a process would set beside the rules in force.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar import rules
from domain.calendar.models import LimitSource, Link
from domain.calendar.rules import Limit
from domain.cases import categories
from domain.cases.models import Case

Own = Mapping[Link, Limit]
"""The limits that the process of a case sets."""


async def of_case(
    session: AsyncSession, case: Case, own: Own, link: Link, unit_id: UUID | None, *, at: datetime
) -> tuple[Limit, LimitSource]:
    """Give the limit of a link that is in force for a case held by a unit, and where it comes from."""
    severe = link is Link.ACCEPT and case.major and case.urgent
    if link in own and not severe:  # what is major and urgent keeps its own hours (ruling 2)
        return own[link], LimitSource.PROCESS
    facts = {"category": case.category, "unit_id": unit_id, "major": case.major, "urgent": case.urgent}
    return await calendar.limit_for(session, link, at=at, **facts), LimitSource.RULE  # type: ignore[arg-type]


async def promise_fault(session: AsyncSession, case: Case, own: Own, days: int, *, at: datetime) -> str:
    """Say why so many working days cannot be promised; empty when they shorten the limit in force or equal it."""
    unit_id = case.lead_unit_id or case.unit_id
    limit, _ = await of_case(session, case, own, Link.RESOLVE, unit_id, at=at)
    work = await calendar.calendar_of(session, unit_id)
    if rules.shortens(days, limit, at=at, calendar=work):
        return ""
    return f"承诺不能长于现行办结时限 {limit.text}；确需更长时间的，请在接收后申请延期"


@dataclass(frozen=True, slots=True)
class Loosened:
    """A limit of a process that ends later than the rule in force for a category it is bound to."""

    link: Link
    own: Limit
    usual: Limit

    @property
    def sentence(self) -> str:
        return f"{self.link.label}时限由现行{self.usual.lamps}放宽为{self.own.lamps}"


async def usual(session: AsyncSession, bound_to: Collection[str], link: Link, *, at: datetime) -> Limit:
    """Give the rule in force beside which the limit of a process stands: that of the first category it is bound to."""
    return await calendar.limit_for(session, link, category=next(iter(sorted(bound_to)), ""), at=at)


async def loosened(session: AsyncSession, own: Own, bound_to: Collection[str], *, at: datetime) -> tuple[Loosened, ...]:
    """List the limits of a process that are looser than a rule in force for any category it is bound to."""
    work = await calendar.calendar_of(session)
    codes = [code for code in categories.CATEGORIES if code.startswith(tuple(bound_to))]
    found: dict[Link, Loosened] = {}
    for link, limit in own.items():
        for code in codes:
            rule = await calendar.limit_for(session, link, category=code, at=at)
            if link not in found and rules.looser(limit, rule, at=at, calendar=work):
                found[link] = Loosened(link, limit, rule)
    return tuple(found.values())
