"""One step being taken: what every effect and every clock works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import Link
from domain.calendar.rules import Limit
from domain.cases.models import Assignment, Case, Part
from domain.cases.schemas import StepInput
from domain.cases.workflow import Step
from domain.kernel.actor import Actor


@dataclass(slots=True)
class Act:
    """Carry one step being taken; `limits` are those its process sets instead of the common ones;
    `detail` gathers what the journal shall say, `told_units` the codes of units that are told though they hold no
    live assignment any more.
    """

    session: AsyncSession
    actor: Actor
    case: Case
    step: Step
    given: StepInput
    at: datetime
    assignments: list[Assignment]
    limits: Mapping[Link, Limit] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    told_units: list[str] = field(default_factory=list)

    @property
    def lead(self) -> Assignment | None:
        return next((a for a in self.assignments if a.part is Part.LEAD), None)

    @property
    def own_assist(self) -> Assignment | None:
        mine = (a for a in self.assignments if a.part is Part.ASSIST and a.unit_id in self.actor.unit_ids)
        return next(mine, None)
