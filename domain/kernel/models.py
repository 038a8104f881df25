"""Tables of the kernel: journal with its places, outbox, stored files, number series."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT
from domain.kernel.ids import new_id
from domain.kernel.rows import Row


class JournalEntry(Row, table=True):
    """One line of the journal; the database refuses to change or delete it.

    `seq` is its number: it grows with the lines of one subject, and what was rolled back leaves gaps. `previous` is the
    seal of the line before it of the same subject; lines of before decision 0031 are told apart by their seals, and
    name the line before them in the whole journal.

    no_pii: ids, codes and the opinion of the case; names are resolved when shown.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index("ix_journal_subject", "subject_id", "seq"),
        Index("ix_journal_actor", "actor_id", "seq"),
        Index("ix_journal_at", "at", postgresql_using="brin"),
    )

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=MOMENT)
    actor_id: UUID
    actor_roles: str
    actor_unit_id: UUID
    origin: str = ""
    action: str
    subject_kind: str
    subject_id: UUID
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    seal: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class JournalSeal(Row, table=True):
    """The place of one line in the chain over the whole journal, given shortly after its commit; it only grows.

    Places have no gaps. Lines of before decision 0031 have their number for a place and their own seal for a seal.

    no_pii
    """

    __tablename__ = "journal_seal"  # type: ignore[assignment]

    place: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    seal: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class JournalSettled(Row, table=True):
    """The number up to which no open transaction can still bring a line; one row, and it only rises.

    `seal` is empty only until the first line is given a place under decision 0031.

    no_pii
    """

    __tablename__ = "journal_settled"  # type: ignore[assignment]
    __table_args__ = (CheckConstraint("one", name="journal_settled_one"),)

    one: bool = Field(default=True, primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    seal: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class OutboxMessage(Row, table=True):
    """Something that happened and that others must hear of; done is marked after success.

    no_pii: ids and codes only; whoever delivers it reads what it needs afresh.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_open", "next_try_at", postgresql_where="done_at IS NULL AND failed_at IS NULL"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    topic: str
    subject_id: UUID
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_type=MOMENT)
    next_try_at: datetime = Field(sa_type=MOMENT)
    attempts: int = 0
    last_error: str = ""
    done_at: datetime | None = Field(default=None, sa_type=MOMENT)
    failed_at: datetime | None = Field(default=None, sa_type=MOMENT)


class StoredFile(Row, table=True):
    """A file that was uploaded; its bytes lie in the file folder, sealed under a key of their own.

    `media_type`, `size` and `digest` are of what was given. Rows of before decision 0021 have no `original`: what
    was given is gone, the three are of the copy, and the bytes lie in clear until `sealed_at`.

    pii: key (sealed): what it opens may show anybody, and holds what the camera wrote; the file's name is not kept
    """

    __tablename__ = "stored_file"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str
    media_type: str
    size: int
    digest: str
    uploaded_by: UUID = Field(index=True)
    uploaded_at: datetime = Field(sa_type=MOMENT)
    original: bool = False
    note: str = ""
    key_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    sealed_at: datetime | None = Field(default=None, sa_type=MOMENT)


class NumberSeries(Row, table=True):
    """The last number given in a series, counted without gaps under a row lock.

    no_pii
    """

    __tablename__ = "number_series"

    series: str = Field(primary_key=True)
    last: int = 0


class AppMarker(Row, table=True):
    """One row that says whose database this is, read before anything is created.

    no_pii
    """

    __tablename__ = "fengqiao_marker"

    name: str = Field(primary_key=True)
    value: str


class FormDraft(Row, table=True):
    """What a person typed into a form and has not sent yet; it survives a reload and a restart.

    pii: content (sealed JSON)
    """

    __tablename__ = "form_draft"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID
    form: str
    content_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    saved_at: datetime = Field(sa_type=MOMENT)

    __table_args__ = (Index("ix_form_draft", "account_id", "form", unique=True),)


class IdempotentAnswer(Row, table=True):
    """The answer of a request with an Idempotency-Key, kept to be given again.

    no_pii: the request is a digest, the answer holds number, status and version
    """

    __tablename__ = "idempotent_answer"

    account_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_type=MOMENT)
