"""Tables of desks and visits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class IdSource(Labelled):
    CARD = "card", "读卡"
    MANUAL = "manual", "手工录入"


class VisitState(Labelled):
    WAITING = "waiting", "等候"
    HANDED = "handed", "已转登记"
    CASE_MADE = "case_made", "已登记诉求"
    LEFT = "left", "已离开"


class Desk(Row, table=True):
    """A reception desk and the digest of its bridge's token.

    no_pii
    """

    __tablename__ = "desk"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True)
    name: str
    unit_id: UUID = Field(foreign_key="unit.id")
    position: int = 0
    token_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class Visit(Row, table=True):
    """One coming of one person to the centre.

    no_pii: the person is a reference; the reason is the visitor's matter in a few words
    """

    __tablename__ = "visit"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    queue_number: int
    person_id: UUID = Field(foreign_key="person.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    desk_id: UUID | None = Field(default=None, foreign_key="desk.id")
    registered_by: UUID = Field(foreign_key="account.id", index=True)
    arrived_at: datetime = Field(sa_type=MOMENT, index=True)
    reason: str
    companions: int = 0
    id_source: IdSource = Field(sa_type=Word(IdSource))  # type: ignore[call-overload]
    sources: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    """Of each field of the person: read off the card or typed. Empty: of before it was kept."""
    no_id_reason: str = ""
    reader_sam_id: str = ""
    state: VisitState = Field(sa_type=Word(VisitState))  # type: ignore[call-overload]
    handed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    case_id: UUID | None = Field(default=None, index=True)
    informed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When the visitor was told what the data are for (PIPL 17, 35); none: nobody noted it."""
