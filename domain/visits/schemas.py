"""Shapes that enter and leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.people.schemas import PersonInput, PersonView
from domain.visits.models import IdSource


@dataclass(frozen=True, slots=True)
class VisitInput:
    """What the desk knows of a visitor who just came."""

    person: PersonInput
    reason: str
    companions: int = 0
    desk_code: str = ""
    id_source: IdSource = IdSource.MANUAL
    """Where all of it came from; counts where `card` does not say it."""
    card: PersonInput | None = field(default=None, repr=False)
    """What was read off the card that lay on the reader."""
    kept: frozenset[str] = frozenset()
    """Fields that the desk decided to keep against the card."""
    no_id_reason: str = ""
    reader_sam_id: str = ""
    again: bool = True
    """Whether somebody who was registered today and still waits is registered once more."""
    informed: bool = False
    """Whether the visitor was told what the data are for (告知)."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit masked. `queue` reads like "007"."""

    id: UUID
    queue: str
    person: PersonView
    reason: str
    companions: int
    id_source: str
    sources: Mapping[str, str]
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
