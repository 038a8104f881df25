"""Tables of units, accounts and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import FieldLevel, Reach, Role


class UnitKind(Labelled):
    COUNTY = "county", "县区"
    CENTRE = "centre", "综治中心"
    DEPARTMENT = "department", "职能部门"
    STATION = "station", "派出所"


class SessionKind(Labelled):
    BROWSER = "browser", "浏览器"
    API = "api", "接口令牌"


class Unit(SQLModel, table=True):
    """A unit of the county's administration.

    no_pii
    """

    __tablename__ = "unit"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True)
    name: str
    short_name: str = ""
    kind: UnitKind = Field(sa_type=Word(UnitKind))  # type: ignore[call-overload]
    parent_id: UUID | None = Field(default=None, foreign_key="unit.id")
    phone: str = ""
    position: int = 0
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)


def _words() -> Any:
    """A column of words, empty unless set."""
    return Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))


class CustomRole(SQLModel, table=True):
    """A role that a county made for itself: a built-in role in the workflow, with permissions of its own.

    `acts_as` decides which steps of a case it may take; `permissions` decide everything else.

    no_pii
    """

    __tablename__ = "custom_role"

    code: str = Field(primary_key=True)
    name: str
    acts_as: Role = Field(sa_type=Word(Role))  # type: ignore[call-overload]
    permissions: list[str] = _words()
    reach: Reach = Field(sa_type=Word(Reach))  # type: ignore[call-overload]
    field_level: FieldLevel = Field(sa_type=Word(FieldLevel))  # type: ignore[call-overload]
    barred_actions: list[str] = _words()
    barred_places: list[str] = _words()
    read_only: bool = False
    note: str = ""
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Account(SQLModel, table=True):
    """A person of the system.

    `role_codes` are the roles that were granted, built-in or custom; `roles` the built-in ones it acts in by them.
    Together with the restrictions they are settled whenever one of them is granted or changed, so that a
    request reads one row: `rights` (none: what the roles grant), `reach`, `field_level` and what is barred.

    pii: name (sealed)
    """

    __tablename__ = "account"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    login: str = Field(unique=True)
    name_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    password_hash: str
    roles: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    role_codes: list[str] = _words()
    proposed_roles: list[str] = _words()
    """What its maker asked for; in force only when the security administrator granted it."""
    rights: list[str] | None = Field(default=None, sa_column=Column(ARRAY(String), nullable=True))
    reach: Reach = Field(sa_type=Word(Reach))  # type: ignore[call-overload]
    field_level: FieldLevel | None = Field(default=None, sa_type=Word(FieldLevel))  # type: ignore[call-overload]
    denied: list[str] = _words()
    """Permissions that are taken from this one account."""
    own_barred_actions: list[str] = _words()
    own_barred_places: list[str] = _words()
    own_read_only: bool = False
    """What was restricted for this one account; with its custom roles' it makes the three below."""
    barred_actions: list[str] = _words()
    barred_places: list[str] = _words()
    read_only: bool = False
    unit_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    area_path: str = ""
    created_at: datetime = Field(sa_type=MOMENT)
    granted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    valid_until: datetime | None = Field(default=None, sa_type=MOMENT)
    """The moment from which a temporary account is over."""
    password_changed_at: datetime = Field(sa_type=MOMENT)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=MOMENT)
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)


class AccountUnit(SQLModel, table=True):
    """A unit that an account belongs to besides its main one.

    no_pii
    """

    __tablename__ = "account_unit"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", primary_key=True, index=True)


class Delegation(SQLModel, table=True):
    """A person on leave has another act in the own stead, for a time.

    no_pii: the reason is a word about leave, the form asks for no more
    """

    __tablename__ = "delegation"
    __table_args__ = (Index("ix_delegation_to", "to_id", "valid_until"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    from_id: UUID = Field(foreign_key="account.id", index=True)
    to_id: UUID = Field(foreign_key="account.id")
    valid_from: datetime = Field(sa_type=MOMENT)
    valid_until: datetime = Field(sa_type=MOMENT)
    reason: str = ""
    made_by: UUID
    made_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ended_by: UUID | None = None


class SignInSession(SQLModel, table=True):
    """A sign-in of an account; the secret itself is with the browser or client only.

    no_pii
    """

    __tablename__ = "sign_in_session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    account_id: UUID = Field(foreign_key="account.id", index=True)
    kind: SessionKind = Field(sa_type=Word(SessionKind))  # type: ignore[call-overload]
    origin: str = ""
    stands_for: UUID | None = Field(default=None, foreign_key="account.id")
    """The account in whose stead the holder acts at the moment, by a delegation."""
    created_at: datetime = Field(sa_type=MOMENT)
    seen_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
