"""Tables of messages, of notices on screen, and of who has a case open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Index, LargeBinary, func
from sqlmodel import Field, col

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Occasion(Labelled):
    ACCEPTED = "accepted", "受理通知"
    PROGRESS = "progress", "进度通知"
    ANSWERED = "answered", "答复通知"
    CLOSED = "closed", "办结通知"
    CODE = "code", "验证码"
    VOIDED = "voided", "作废通知"


class Message(Row, table=True):
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


class Notice(Row, table=True):
    """What one account is told on screen; one at most for each outbox message.

    no_pii: number, codes and unit names; whoever opens the case reads the rest with the own rights
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_once", "message_id", "account_id", unique=True),
        Index("ix_notice_newest", "account_id", "at", "id"),
        Index("ix_notice_unread", "account_id", postgresql_where="read_at IS NULL"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    message_id: UUID
    account_id: UUID = Field(foreign_key="account.id")
    case_id: UUID | None = None
    number: str
    kind: str
    text: str
    at: datetime = Field(sa_type=MOMENT)
    read_at: datetime | None = Field(default=None, sa_type=MOMENT)


def about(notice: type[Notice]) -> ColumnElement[UUID]:
    """Give what makes notices one entry to their reader: the case; a notice of no case stands alone."""
    return func.coalesce(col(notice.case_id), col(notice.id))


class CasePresence(Row, table=True):
    """That a page of an account has a case open; it lives by its heartbeats and may be lost in a crash.

    `client` names the page, it is no identity.

    no_pii
    """

    __tablename__ = "case_presence"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    case_id: UUID = Field(primary_key=True)
    client: str = Field(primary_key=True, max_length=80)
    account_id: UUID
    seen_at: datetime = Field(sa_type=MOMENT, index=True)
