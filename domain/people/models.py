"""Table of persons."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role
from domain.kernel.rows import Row

INDEX_FORM = 1
"""Of which form of names and numbers the blind indexes are made (decision 0015); a row of an older one is made anew."""


class IdType(Labelled):
    RESIDENT = "resident", "居民身份证"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证"
    FOREIGNER = "foreigner", "外国人永久居留身份证"
    PASSPORT = "passport", "护照"
    PERMIT = "permit", "港澳台通行证"
    OTHER = "other", "其他证件"
    NONE = "none", "未出示证件"


class Sex(Labelled):
    UNKNOWN = "unknown", "未知"
    MALE = "male", "男"
    FEMALE = "female", "女"


class Person(Row, table=True):
    """A person as declared at one moment; never changed afterwards but by `operations.anonymise`.

    pii: name, id_number, phone, birth_date, address (all sealed); blind indexes of
    name, identity number, phone and the last four of the latter two; name fragments (they leak frequencies,
    see docs/security.md)
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_fragments", "name_fragments", postgresql_using="gin"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    id_type: IdType = Field(sa_type=Word(IdType))  # type: ignore[call-overload]
    id_number_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    phone_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    birth_date_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    address_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    name_blind: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    id_blind: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    phone_blind: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    phone_tail_blind: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    id_tail_blind: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    name_fragments: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    index_form: int = Field(default=INDEX_FORM, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    sex: Sex = Field(sa_type=Word(Sex))  # type: ignore[call-overload]
    nation: str = ""
    declared_at: datetime = Field(sa_type=MOMENT)
    anonymised_at: datetime | None = Field(default=None, sa_type=MOMENT)


class FieldRule(Row, table=True):
    """One cell of the field policy that somebody set otherwise than the default.

    no_pii
    """

    __tablename__ = "field_rule"

    role: Role = Field(sa_type=Word(Role), primary_key=True)  # type: ignore[call-overload]
    field: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    showing: str
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)


class RevealCount(Row, table=True):
    """That an account opened a field at a moment: what the limits of an hour and a day are counted from.

    Who was opened, and why, stands in the journal alone; a row is forgotten when its day is over.

    no_pii
    """

    __tablename__ = "reveal_count"
    __table_args__ = (Index("ix_reveal_count", "account_id", "at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID
    at: datetime = Field(sa_type=MOMENT)
