"""The table of briefs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT
from domain.kernel.ids import new_id
from domain.kernel.rows import Row


class Brief(Row, table=True):
    """What one kind of reader was told in one morning.

    `readers` is `queries.kind_of` the reader. `first_date` and `last_date` are the period, both in it; `figures` counts
    by figure, of a period with the count before; `cases` has the numbers behind each figure of the moment; `asks` are
    pairs of a reason and a number.

    no_pii: counts, numbers of cases and ids
    """

    __tablename__ = "brief"  # type: ignore[assignment]
    __table_args__ = (Index("ix_brief_once", "readers", "brief_date", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    readers: str
    brief_date: date
    first_date: date
    last_date: date
    made_at: datetime = Field(sa_type=MOMENT)
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    cases: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    asks: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
