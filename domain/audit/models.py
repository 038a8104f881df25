"""Tables of the audit: anchors of the journal and alarms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.audit.schemas import AlarmKind
from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.rows import Row


class JournalAnchor(Row, table=True):
    """The last place of the journal at a moment of one day; the same stands in a file outside the database.

    no_pii
    """

    __tablename__ = "journal_anchor"

    day: date = Field(primary_key=True)
    place: int = Field(sa_column=Column(BigInteger, nullable=False))
    seal: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime = Field(sa_type=MOMENT)


class AuditAlarm(Row, table=True):
    """An alarm: raised once for a rule, an account and a window; closed with a note, never removed.

    no_pii: ids and counts
    """

    __tablename__ = "audit_alarm"
    __table_args__ = (
        Index("ix_audit_alarm_once", "kind", "account_id", "window_at", unique=True),
        Index("ix_audit_alarm_open", "at", postgresql_where="seen_at IS NULL"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: AlarmKind = Field(sa_type=Word(AlarmKind))  # type: ignore[call-overload]
    account_id: UUID
    window_at: datetime = Field(sa_type=MOMENT)
    """The beginning of the hour or day that the rule looked at."""
    at: datetime = Field(sa_type=MOMENT)
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    seen_at: datetime | None = Field(default=None, sa_type=MOMENT)
    seen_by: UUID | None = None
    note: str = ""


class CaseReading(Row, table=True):
    """That a person opened a case, once a day: what shows who reads many; taken away after `rules.LOOKBACK`.

    no_pii
    """

    __tablename__ = "case_reading"
    __table_args__ = (Index("ix_case_reading_at", "at", "account_id"),)

    account_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    at: datetime = Field(sa_type=MOMENT)
    """When it was first opened on that day."""


class AuditCursor(Row, table=True):
    """Up to which place the journal was looked through for alarms, and what the last verification found; one row.

    no_pii
    """

    __tablename__ = "audit_cursor"

    name: str = Field(primary_key=True)
    place: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    verified_at: datetime | None = Field(default=None, sa_type=MOMENT)
    verified_lines: int = 0
    fault: str = ""
