"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.retention.models import Ending, Kind


@dataclass(frozen=True, slots=True)
class RuleView:
    """What holds for a kind; `set_by` is none for what nobody set, and lists say its name."""

    kind: Kind
    days: int
    action: Ending
    active: bool
    note: str
    set_by: UUID | None
    set_at: datetime | None
    ended_at: datetime | None = None
    id: UUID | None = None
    set_by_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """Say what a rule would end now: how many, from when to when, and ten of them by number."""

    kind: Kind
    days: int
    count: int
    oldest: datetime | None
    newest: datetime | None
    samples: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class HoldView:
    id: UUID
    number: str
    reason: str
    set_by: UUID
    set_at: datetime
    ended_by: UUID | None
    ended_at: datetime | None
    set_by_name: str = field(default="", repr=False)
    ended_by_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RunView:
    """One batch as the journal tells it."""

    at: datetime
    kind: str
    action: str
    count: int
    persons: int
    seq: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: rows ended, the persons made anonymous, the files without a row by now."""

    count: int
    persons: tuple[UUID, ...] = ()
    files: tuple[UUID, ...] = ()
