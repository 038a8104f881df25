"""One step of a case being taken: what every effect and every clock works on."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.cases.inputs import StepInput
from domain.cases.models import Assignment, Case, Part
from domain.cases.process import Process
from domain.cases.workflow import Step
from domain.kernel.flow import taking
from domain.kernel.models import StoredFile


@dataclass(slots=True)
class Act(taking.Act[Case, StepInput, Process, Step]):
    """Carry one step being taken, with the live assignments of its case and the pictures that came with it.

    `told["units"]`: the codes of units that are told though they hold no live assignment any more.
    """

    assignments: list[Assignment] = field(default_factory=list[Assignment])
    files: list[StoredFile] = field(default_factory=list[StoredFile])

    @property
    def case(self) -> Case:
        return self.subject

    @property
    def lead(self) -> Assignment | None:
        return next((a for a in self.assignments if a.part is Part.LEAD), None)

    @property
    def own_assist(self) -> Assignment | None:
        mine = (a for a in self.assignments if a.part is Part.ASSIST and a.unit_id in self.actor.unit_ids)
        return next(mine, None)
