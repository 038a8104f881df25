"""What boards are drawn from, read at one moment and shared by those who see alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.areas.models import Level
from domain.areas.schemas import AreaView
from domain.cases.queries import actions, views
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.statistics.queries import county, people
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days, Span, before, days_of
from domain.statistics.schemas import By, Counted, DepartmentFigures, Figure, Overview, PersonFigures
from domain.warnings import queries as warnings
from state.clock import now
from state.kit.kept import Kept
from state.kit.listing import Act
from state.statistics.departments import figures_of

MOST_LATE = 8
_COUNTED = tuple(one for one in Figure if one not in {Figure.BREACHED, Figure.CARDED})
"""What the morning brief alone tells is left out."""
_DECIDING = (Action.APPROVE_ORDER, Action.APPROVE_RETURN, Action.APPROVE_EXTENSION)
_WORDS = {Action.INSTRUCT: "批示", Action.SUPERVISE: "督办"}


@dataclass(frozen=True, slots=True)
class Late:
    """One case that is late, or will be; `acts` are those that its reader may take there."""

    number: str = ""
    title: str = ""
    department: str = ""
    due: str = ""
    tone: str = ""
    status: str = ""
    order: bool = False
    acts: list[Act] = field(default_factory=list)

    @classmethod
    def of(cls, row: CaseRow) -> Late:
        """Take what is shown of a case; nobody in it."""
        return cls(
            row.number,
            row.title,
            row.department or row.status_label,
            row.due,
            row.tone,
            row.stored_status,
            row.leader_order,
        )

    def offering(self, actor: Actor) -> Late:
        """Put the acts of a reader beside it: a request is decided on its page, the others begin with their dialog."""
        found = actions.at_a_glance(actor, Status(self.status), (*_DECIDING, *_WORDS), order=self.order)
        decide = [Act("审批", href=f"/case/{self.number}")] if set(_DECIDING) & set(found) else []
        others = [Act(word, href=f"/case/{self.number}?do={act.value}") for act, word in _WORDS.items() if act in found]
        return replace(self, acts=[*decide, *others])


@dataclass(frozen=True, slots=True)
class Facts:
    """What a board is drawn from.

    :ivar cut: the group that it is narrowed to
    :ivar townships: those that can be drawn on a map
    :ivar people: of a department, whose own board it is or which it is narrowed to
    :ivar drawn: what boards drew from it, by `acts_of` those who look at them: three hundred boards are drawn once
    """

    at: datetime
    days: Days
    cut: Mapping[By, str]
    department: bool
    now: Overview
    before: Counted
    trend: tuple[tuple[Days, Mapping[Figure, int]], ...]
    departments: tuple[DepartmentFigures, ...]
    people: tuple[PersonFigures, ...]
    late: tuple[Late, ...]
    today: tuple[Late, ...]
    warnings: Mapping[str, int]
    townships: tuple[AreaView, ...]
    drawn: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict, compare=False)


def acts_of(actor: Actor) -> tuple[Any, ...]:
    """Give what tells apart which acts are offered beside a case: two with the same are offered the same."""
    return (actor.roles, actor.rights, actor.barred_actions, actor.read_only)


_KEPT: Kept[Facts] = Kept("case")


async def facts_for(session: AsyncSession, actor: Actor, span: Span, cut: Mapping[By, str]) -> Facts:
    """Give the facts of a period, of all or of one group; those who see alike share them."""
    days = days_of(span, now())
    key = (county.sees_like(actor), days, *cut.items())
    return await _KEPT.of(session, key, lambda: _read(session, actor, Scope(days, cut), now()))


async def _read(session: AsyncSession, actor: Actor, scope: Scope, at: datetime) -> Facts:
    flow = tuple(one for one in _COUNTED if not one.standing)
    days, cut, own = scope.days, scope.cuts, views.speaks_for_department(actor)
    earlier = await county.overview(session, actor, Scope(before(days), cut), flow, at=at)
    whole = not (cut or own)
    return Facts(
        at=at,
        days=days,
        cut=cut,
        department=own,
        now=await county.overview(session, actor, scope, _COUNTED, by=tuple(By), at=at),
        before=earlier.whole,
        trend=await county.trend(session, actor, scope, at=at),
        departments=await figures_of(session, actor, days, at) if whole else (),
        people=await _people(session, actor, scope, at) if (own and not cut) or By.DEPARTMENT in cut else (),
        late=await pressing(session, actor, Figure.OVERDUE, scope, at),
        today=await pressing(session, actor, Figure.TODAY, scope, at) if own else (),
        townships=await areas.bordered(session, Level.TOWNSHIP),
        warnings=await warnings.counts(session, actor, at=at) if actor.may(Permission.CASE_VIEW) and not cut else {},
    )


async def _people(session: AsyncSession, actor: Actor, scope: Scope, at: datetime) -> tuple[PersonFigures, ...]:
    key = scope.cuts.get(By.DEPARTMENT)
    return await people.people(session, actor, scope.days, at=at, unit_id=UUID(key) if key else None)


async def pressing(session: AsyncSession, actor: Actor, figure: Figure, scope: Scope, at: datetime) -> tuple[Late, ...]:
    """Give the first cases of a figure by their deadline."""
    found = await county.cases_behind(session, actor, figure, scope, at=at, size=MOST_LATE, sort="due")
    return tuple(map(Late.of, found.items))
