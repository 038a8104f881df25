"""Table of messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled


class Occasion(Labelled):
    ACCEPTED = "accepted", "受理通知"
    PROGRESS = "progress", "进度通知"
    ANSWERED = "answered", "答复通知"
    CLOSED = "closed", "办结通知"
    CODE = "code", "验证码"


class Message(SQLModel, table=True):
    """A short message to one phone.

    pii: phone, text (sealed)
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_open", "next_try_at", postgresql_where="sent_at IS NULL AND failed_at IS NULL"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    occasion: Occasion = Field(sa_type=Word(Occasion))  # type: ignore[call-overload]
    case_id: UUID | None = Field(default=None, index=True)
    phone_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    text_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_type=MOMENT, index=True)
    next_try_at: datetime = Field(sa_type=MOMENT)
    attempts: int = 0
    last_error: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=MOMENT)
    failed_at: datetime | None = Field(default=None, sa_type=MOMENT)
