"""Shapes that enter and leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.people.schemas import PersonInput, PersonView
from domain.visits.models import IdSource


@dataclass(frozen=True, slots=True)
class VisitInput:
    """This class will hold what the desk knows of a visitor who just came."""

    person: PersonInput
    reason: str
    companions: int = 0
    desk_code: str = ""
    id_source: IdSource = IdSource.MANUAL
    no_id_reason: str = ""
    reader_sam_id: str = ""
    informed: bool = False
    """Whether the visitor was told what the data are for (告知)."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """This class will show a visit masked. `queue` reads like "007"."""

    id: UUID
    queue: str
    person: PersonView
    reason: str
    companions: int
    id_source: str
    state: str
    state_label: str
    desk: str
    arrived_at: datetime
    registered_by: UUID
    case_id: UUID | None
    informed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskView:
    id: UUID
    code: str
    name: str
