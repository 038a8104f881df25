"""What the pages of figures ask for alike: a period, and of each kind of groups one or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.areas.models import Level
from domain.cases.categories import CATEGORIES
from domain.cases.models import RiskLevel, Source
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.permissions import Reach
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days, Span, days_of
from domain.statistics.schemas import By
from state.inputs import Choice


@dataclass(frozen=True, slots=True)
class PeriodWanted:
    """Say for which period figures are asked; two dates go before the word."""

    span: Annotated[Span, Ask("统计时段", choices="spans", empty=Span.THIS_MONTH.label)] = Span.THIS_MONTH
    since: Annotated[date | None, Ask("日期起")] = None
    until: Annotated[date | None, Ask("日期止")] = None

    def days(self, at: datetime) -> Days:
        """Give the period.

        :raises Invalid: it ends before it begins
        """
        usual = days_of(self.span, at)
        last = self.until or usual.last
        first = self.since or min(usual.first, last)
        if first > last:
            raise Invalid.of({"until": "日期止不能早于日期起"})
        return Days(first, last)


@dataclass(frozen=True, slots=True)
class GroupsWanted(PeriodWanted):
    """Say besides of which groups of cases."""

    department: Annotated[str, Ask(By.DEPARTMENT.label, choices="departments", empty="全部主办单位")] = ""
    category: Annotated[str, Ask(By.CATEGORY.label, choices="categories", empty="全部类型")] = ""
    area: Annotated[str, Ask(By.AREA.label, choices="areas", empty="全部乡镇街道")] = ""
    source: Annotated[Source | None, Ask(By.SOURCE.label, choices="sources", empty="全部来源")] = None
    risk: Annotated[RiskLevel | None, Ask(By.RISK.label, choices="risks", empty="全部风险等级")] = None

    def scope(self, at: datetime) -> Scope:
        """Give the cases that are asked for.

        :raises Invalid: see `days`
        """
        return Scope(self.days(at), {by: str(key) for by in By if (key := getattr(self, by.value))})

    def address(self, path: str, at: datetime, **more: str) -> str:
        """Give the address of a list that is narrowed alike, to the same days."""
        scope = self.scope(at)
        days = {"since": scope.days.first.isoformat(), "until": scope.days.last.isoformat()}
        return f"{path}?{urlencode({**days, **{by.value: key for by, key in scope.cuts.items()}, **more})}"


async def choices(session: AsyncSession, actor: Actor) -> Mapping[str, Sequence[Choice]]:
    """Give the groups to choose from."""
    kinds = {code[:2]: one.group for code, one in CATEGORIES.items()}
    towns = [one for one in await areas.all_areas(session) if one.level is Level.TOWNSHIP]
    units = await orgs.departments(session)
    return {
        "departments": [Choice(str(unit.id), unit.name) for unit in units],
        "mine": [
            Choice(str(one.id), one.name)
            for one in units
            if actor.reach is not Reach.DEPARTMENT or one.id in actor.unit_ids
        ],
        "categories": [Choice(code, name) for code, name in kinds.items()],
        "areas": [Choice(one.code, one.name) for one in towns],
    }
