"""Tables of working days and of running deadlines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled


class Link(Labelled):
    """The links of a case that have a limit (ruling 4: T, A, P1, P2)."""

    DISPATCH = "dispatch", "转派"
    ACCEPT = "accept", "接收"
    FEEDBACK = "feedback", "首次反馈"
    RESOLVE = "resolve", "办结"


class LimitUnit(Labelled):
    """The line on which a limit is counted."""

    HOURS = "hours", "小时"
    WORKDAYS = "workdays", "个工作日"


class Workday(SQLModel, table=True):
    """One date named by a holiday notice; dates without a row follow the weekend rule.

    A year counts as confirmed when its 1 January is stored as confirmed: every notice
    names that day.

    no_pii
    """

    __tablename__ = "workday"

    day: date = Field(primary_key=True)
    is_workday: bool
    source: str
    confirmed: bool = False
    note: str = ""


class Deadline(SQLModel, table=True):
    """One clock of a case, or of one assignment of it, on one link.

    no_pii
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_running", "subject_id", postgresql_where="stopped_at IS NULL"),
        Index(
            "ix_deadline_next",
            "yellow_at",
            postgresql_where="stopped_at IS NULL AND paused_at IS NULL",
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subject_id: UUID = Field(index=True)
    holder_id: UUID | None = None
    link: Link = Field(sa_type=Word(Link))  # type: ignore[call-overload]
    unit: LimitUnit = Field(sa_type=Word(LimitUnit))  # type: ignore[call-overload]
    limit_text: str
    started_at: datetime = Field(sa_type=MOMENT)
    yellow_at: datetime = Field(sa_type=MOMENT)
    red_at: datetime = Field(sa_type=MOMENT)
    paused_at: datetime | None = Field(default=None, sa_type=MOMENT)
    stopped_at: datetime | None = Field(default=None, sa_type=MOMENT)
    provisional: bool = False
