"""One step of a case being taken: what every effect and every clock works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar.operations.clocks import RUNNING, Clocks
from domain.cases.inputs import StepInput
from domain.cases.models import Assignment, Case, Part
from domain.cases.process import Process
from domain.cases.queries import reach
from domain.cases.workflow import Step
from domain.kernel import driver, journal
from domain.kernel.flow import taking
from domain.kernel.models import StoredFile


@dataclass(slots=True)
class Act(taking.Act[Case, StepInput, Process, Step]):
    """Carry one step being taken, with live assignments and clocks of its case and the pictures that came with it.

    `told["units"]`: the codes of units that are told though they hold no live assignment any more.
    """

    assignments: list[Assignment] = field(default_factory=list[Assignment])
    clocks: Clocks = field(kw_only=True)
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


async def beside(session: AsyncSession, case_id: UUID) -> tuple[list[Assignment], Clocks]:
    """Give what a step looks at beside its case, which is locked: the live assignments, the lead first, and the clocks.

    The rules of time and the seal of the last line are read along, for who asks next. It is one statement, but another
    than the one that locked: that would not see what it waited for.
    """
    live, running, seal, rules = await _BESIDE.of(session, case_id=case_id, subject_id=case_id)
    journal.last_ahead(session, case_id, seal)
    await calendar.book_of(session, rules)
    live.sort(key=lambda one: (one.part is not Part.LEAD, one.dispatched_at))
    return live, Clocks(session, case_id, sorted(running, key=lambda one: one.id))


_BESIDE = driver.Together(reach.ASSIGNED, RUNNING, journal.LAST, calendar.LAST)
