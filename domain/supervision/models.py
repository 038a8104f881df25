"""The table of breaches."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.calendar.models import Link
from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Level(Labelled):
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


class Breach(Row, table=True):
    """One level of one clock that was passed; the database refuses to change or delete it.

    `due_at` is the moment that was passed, as it stood when it was found on calendar
    `calendar_version`; `unit_id` is the unit that held the link; `carded` says that it
    counts as a card, and not as a notice alone; `attempt` counts the breaches of the same level before it that
    were voided.

    no_pii
    """

    __tablename__ = "breach"
    __table_args__ = (
        Index("ix_breach_once", "deadline_id", "level", "attempt", unique=True),
        Index("ix_breach_unit", "unit_id", "due_at"),
        Index("ix_breach_due", "due_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    deadline_id: UUID = Field(foreign_key="deadline.id")
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    assignment_id: UUID | None = Field(default=None, foreign_key="assignment.id")
    link: Link = Field(sa_type=Word(Link))  # type: ignore[call-overload]
    level: Level = Field(sa_type=Word(Level))  # type: ignore[call-overload]
    due_at: datetime = Field(sa_type=MOMENT)
    found_at: datetime = Field(sa_type=MOMENT)
    calendar_version: int
    carded: bool
    provisional: bool
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class VoidedBreach(Row, table=True):
    """That a breach counts no more, because it was written by a clock that was wrong; this only grows as well.

    no_pii
    """

    __tablename__ = "breach_void"

    breach_id: UUID = Field(primary_key=True, foreign_key="breach.id")
    at: datetime = Field(sa_type=MOMENT)
    by: UUID
    reason: str
