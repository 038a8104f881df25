"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.cases.schemas import CaseRow
from domain.exports.models import State
from domain.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One export among the person's own.

    :ivar until: until when its file may be taken; none where there is none
    """

    id: UUID
    asked_at: datetime
    said: str
    state: State
    progress: str
    fault: str
    until: datetime | None
    taken_at: datetime | None
    may_go_on: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The next rows of a job, behind `first` others; without any, the job has them all."""

    job_id: UUID
    actor: Actor
    asked_at: datetime
    first: int
    rows: list[CaseRow]
    key: bytes = field(repr=False)
