"""Tables of units, accounts and their sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Reach


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


class Account(SQLModel, table=True):
    """A person of the system.

    pii: name (sealed)
    """

    __tablename__ = "account"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    login: str = Field(unique=True)
    name_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    password_hash: str
    roles: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    reach: Reach = Field(sa_type=Word(Reach))  # type: ignore[call-overload]
    unit_id: UUID = Field(foreign_key="unit.id", index=True)
    area_path: str = ""
    created_at: datetime = Field(sa_type=MOMENT)
    password_changed_at: datetime = Field(sa_type=MOMENT)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=MOMENT)
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)


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
    created_at: datetime = Field(sa_type=MOMENT)
    seen_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
