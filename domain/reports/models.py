"""The tables of reports and of their texts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.rows import Row
from domain.reports.schemas import Block, Kind


class PeriodReport(Row, table=True):
    """One report; `first_date` and `last_date` are its period, both in it, `made_at` is when its figures were counted.

    `made_by` is none where the clock made it; `published_at` is none of a draft.

    no_pii: counts, names of units and townships, ids
    """

    __tablename__ = "report"  # type: ignore[assignment]
    __table_args__ = (Index("ix_report_once", "kind", "first_date", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: Kind = Field(sa_type=Word(Kind))  # type: ignore[call-overload]
    first_date: date
    last_date: date
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    made_at: datetime = Field(sa_type=MOMENT)
    made_by: UUID | None = None
    published_at: datetime | None = Field(default=None, sa_type=MOMENT)
    published_by: UUID | None = None


class ReportText(Row, table=True):
    """One saved text of a block; the newest one stands in the report.

    pii: text (sealed), since people may be named in what is written
    """

    __tablename__ = "report_text"  # type: ignore[assignment]
    __table_args__ = (Index("ix_report_text_of", "report_id", "block", "saved_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    report_id: UUID = Field(foreign_key="report.id")
    block: Block = Field(sa_type=Word(Block))  # type: ignore[call-overload]
    text_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    saved_at: datetime = Field(sa_type=MOMENT)
    saved_by: UUID
