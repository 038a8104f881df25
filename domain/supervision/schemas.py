"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.calendar.models import Deadline
from domain.calendar.rules import WorkCalendar, written_end
from domain.supervision.models import Breach, Level


@dataclass(frozen=True, slots=True)
class Overdue:
    """One level of one clock that was passed and has no breach yet."""

    deadline_id: UUID
    level: Level


@dataclass(frozen=True, slots=True)
class BreachView:
    """One breach as it is shown; moments are aware, in UTC. `ends_at` is what is written of `due_at`."""

    id: UUID
    number: str
    unit_id: UUID
    assignment_id: UUID | None
    link: str
    link_label: str
    level: str
    level_label: str
    due_at: datetime
    ends_at: datetime
    found_at: datetime
    calendar_version: int
    carded: bool
    provisional: bool

    @classmethod
    def of(cls, breach: Breach, number: str, deadline: Deadline, calendar: WorkCalendar) -> BreachView:
        """Show a breach of the case of that number, found on this clock of it."""
        return cls(
            id=breach.id,
            number=number,
            unit_id=breach.unit_id,
            assignment_id=breach.assignment_id,
            link=breach.link.value,
            link_label=breach.link.label,
            level=breach.level.value,
            level_label=breach.level.label,
            due_at=breach.due_at,
            ends_at=written_end(breach.due_at, deadline.unit, calendar),
            found_at=breach.found_at,
            calendar_version=breach.calendar_version,
            carded=breach.carded,
            provisional=breach.provisional,
        )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change of the rules of time would do to the cases: its sum, and some of them by number."""

    sentence: str
    examples: tuple[str, ...]
