"""Tables of working days, of limits, and of running deadlines."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Identity, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


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
    WORKHOURS = "workhours", "个工作小时"


class LimitSource(Labelled):
    """Where the limit of a clock came from; a changed rule moves the clocks of rules alone."""

    RULE = "rule", "时限规则"
    PROMISE = "promise", "承诺时限"
    PROCESS = "process", "流程设定"


class MoveKind(Labelled):
    """What moved a clock besides time."""

    PAUSE = "pause", "暂停计时"
    REOPEN = "reopen", "办结后退回续办"
    EXTEND = "extend", "延期"


class ChangeKind(Labelled):
    """What a change of the rules of time was about."""

    CALENDAR = "calendar", "工作日历"
    LIMIT = "limit", "时限规则"


Spans = list[list[str]]
"""Working periods as they are stored: pairs of clock times, `[["08:30", "12:00"], …]`."""


class Workday(Row, table=True):
    """One date named by a holiday notice; dates without a row follow the weekend rule.

    A year counts as confirmed when its 1 January is stored as confirmed: every notice
    names that day. `periods` are working hours of this date alone (a half day); none: as always.

    no_pii
    """

    __tablename__ = "workday"

    day: date = Field(primary_key=True)
    is_workday: bool
    source: str
    confirmed: bool = False
    note: str = ""
    periods: Spans | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))


class UnitDay(Row, table=True):
    """One date on which a unit works otherwise than the common calendar says.

    no_pii
    """

    __tablename__ = "unit_day"

    unit_id: UUID = Field(foreign_key="unit.id", primary_key=True)
    day: date = Field(primary_key=True)
    is_workday: bool
    note: str = ""
    periods: Spans | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))


class WorkPattern(Row, table=True):
    """The weekend rule and the daily working periods: of everybody, or of one unit.

    `weekend` holds weekday numbers, Monday 0.

    no_pii
    """

    __tablename__ = "work_pattern"
    __table_args__ = (Index("ix_work_pattern_unit", "unit_id", unique=True, postgresql_nulls_not_distinct=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id")
    weekend: list[int] = Field(sa_column=Column(JSONB, nullable=False))
    periods: Spans = Field(sa_column=Column(JSONB, nullable=False))


class LimitRule(Row, table=True):
    """One limit while it was in force: `[valid_from, valid_until)`; a row is closed, never rewritten.

    `category` is a prefix of category codes, empty for any; `severe` rules are for cases
    both major and urgent.

    no_pii
    """

    __tablename__ = "limit_rule"
    __table_args__ = (
        Index(
            "ix_limit_rule_open",
            "link",
            "category",
            "unit_id",
            "severe",
            unique=True,
            postgresql_where="valid_until IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    link: Link = Field(sa_type=Word(Link))  # type: ignore[call-overload]
    category: str = ""
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id")
    severe: bool = False
    yellow: int
    red: int
    unit: LimitUnit = Field(sa_type=Word(LimitUnit))  # type: ignore[call-overload]
    valid_from: datetime = Field(sa_type=MOMENT)
    valid_until: datetime | None = Field(default=None, sa_type=MOMENT)
    note: str = ""
    set_by: UUID


class CalendarChange(Row, table=True):
    """One change of the calendar or of the limits; the last row tells which rules are in force.

    `version` counts the changes of the calendar alone. `stamp` names what the rules were
    after the change, so that they are read only once in a process.

    no_pii
    """

    __tablename__ = "calendar_change"

    seq: int | None = Field(default=None, sa_column=Column(Integer, Identity(always=True), primary_key=True))
    version: int
    stamp: UUID = Field(default_factory=new_id)
    kind: ChangeKind = Field(sa_type=Word(ChangeKind))  # type: ignore[call-overload]
    unit_id: UUID | None = None
    note: str
    changed_by: UUID
    changed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """None for what was stored when the product was set up."""


class Deadline(Row, table=True):
    """One clock of a case, or of one assignment of it, on one link.

    `unit_id` holds the link and gives the calendar; `category` and `severe` are what the
    limit was chosen by; `latest_at` is a moment that yellow never passes (the city's due).
    From `soon_at` on it ends soon (即将到期); none: laid before that was kept, filled at the next start.

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
        Index("ix_deadline_late", "stopped_at", postgresql_where="stopped_at > yellow_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subject_id: UUID = Field(index=True)
    holder_id: UUID | None = None
    unit_id: UUID | None = None
    link: Link = Field(sa_type=Word(Link))  # type: ignore[call-overload]
    unit: LimitUnit = Field(sa_type=Word(LimitUnit))  # type: ignore[call-overload]
    limit_text: str
    source: LimitSource = Field(default=LimitSource.RULE, sa_type=Word(LimitSource))  # type: ignore[call-overload]
    category: str = ""
    severe: bool = False
    started_at: datetime = Field(sa_type=MOMENT)
    yellow_at: datetime = Field(sa_type=MOMENT)
    red_at: datetime = Field(sa_type=MOMENT)
    soon_at: datetime | None = Field(default=None, sa_type=MOMENT)
    latest_at: datetime | None = Field(default=None, sa_type=MOMENT)
    paused_at: datetime | None = Field(default=None, sa_type=MOMENT)
    stopped_at: datetime | None = Field(default=None, sa_type=MOMENT)
    provisional: bool = False
    calendar_version: int = 0


class DeadlineMove(Row, table=True):
    """What moved a clock: a pause that is over, a time between end and reopening, an extension.

    Written once, when it is complete. `workdays` are those of an extension, or the least
    that a reopening gives.

    no_pii
    """

    __tablename__ = "deadline_move"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    deadline_id: UUID = Field(foreign_key="deadline.id", index=True)
    kind: MoveKind = Field(sa_type=Word(MoveKind))  # type: ignore[call-overload]
    since: datetime = Field(sa_type=MOMENT)
    until: datetime = Field(sa_type=MOMENT)
    workdays: int = 0
