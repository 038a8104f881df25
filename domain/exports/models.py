"""The table of export jobs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class State(Labelled):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "导出中"
    DONE = "done", "已完成"
    FAILED = "failed", "已中断"
    CANCELLED = "cancelled", "已取消"
    EXPIRED = "expired", "已过期"


class ExportJob(Row, table=True):
    """One long export of cases; `rows` of `total` are written, up to the case `last_id`.

    `said` are the conditions in words without what was looked for of a person, `filters` their names. `key` opens the
    parts and the file; without one there is nothing left to go on with or to take. `attempts`: how often a process
    took it up since it last got on. `size`: bytes of the file.

    pii: wanted (sealed JSON), key (sealed)
    """

    __tablename__ = "export_job"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_export_job_own", "account_id", "asked_at"),
        Index("ix_export_job_due", "asked_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    stands_for: UUID | None = None
    seen_as: str
    wanted_sealed: bytes | None = Field(sa_column=Column(LargeBinary))
    said: str
    filters: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    state: State = Field(default=State.WAITING, sa_type=Word(State))  # type: ignore[call-overload]
    asked_at: datetime = Field(sa_type=MOMENT)
    total: int = 0
    rows: int = 0
    last_id: UUID | None = None
    key_sealed: bytes | None = Field(sa_column=Column(LargeBinary))
    size: int = 0
    attempts: int = 0
    fault: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    taken_at: datetime | None = Field(default=None, sa_type=MOMENT)
