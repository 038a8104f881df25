"""Tables of one-time codes and petitioner sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field

from domain.kernel.columns import MOMENT
from domain.kernel.ids import new_id
from domain.kernel.rows import Row


class OneTimeCode(Row, table=True):
    """A code asked for, or a failed attempt to use one, on the page of one case.

    `code_digest` is empty until the code was made, and for ever when the phone is not a
    petitioner's; `case_id` is empty when the link was unknown. A failed attempt is a row
    without a code that was used up at once.

    no_pii: the phone is a blind index, the code and the origin are keyed digests
    """

    __tablename__ = "one_time_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    phone_blind: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    origin_digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    code_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    asked_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    failures: int = 0
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class PetitionerSession(Row, table=True):
    """A phone that proved itself for one case.

    no_pii
    """

    __tablename__ = "petitioner_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
