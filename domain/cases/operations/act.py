"""One step being taken: what every effect and every clock works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import Assignment, Case, Part
from domain.cases.schemas import StepInput
from domain.cases.workflow import Step
from domain.kernel.actor import Actor


@dataclass(slots=True)
class Act:
    """This class will carry one step being taken; `detail` gathers what the journal shall say."""

    session: AsyncSession
    actor: Actor
    case: Case
    step: Step
    given: StepInput
    at: datetime
    assignments: list[Assignment]
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def lead(self) -> Assignment | None:
        return next((a for a in self.assignments if a.part is Part.LEAD), None)

    @property
    def own_assist(self) -> Assignment | None:
        mine = (a for a in self.assignments if a.part is Part.ASSIST and a.unit_id == self.actor.unit_id)
        return next(mine, None)
