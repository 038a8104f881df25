"""Tables of units, accounts and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import FieldLevel, Reach, Role
from domain.kernel.rows import Row


class UnitKind(Labelled):
    COUNTY = "county", "县区"
    CENTRE = "centre", "综治中心"
    DEPARTMENT = "department", "职能部门"
    STATION = "station", "派出所"


class SessionKind(Labelled):
    BROWSER = "browser", "浏览器"
    API = "api", "接口令牌"


class Unit(Row, table=True):
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
    address: str = ""
    hours: str = ""
    """Address and opening hours as the public reads them, on slips and on the petitioner's pages."""
    position: int = 0
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)


def _words() -> Any:
    # A column of words, empty unless set.
    return Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))


class CustomRole(Row, table=True):
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


class Account(Row, table=True):
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
    must_change_password: bool = False
    """Somebody else knows the password: it was set by an administrator."""
    failures: int = 0
    lockouts: int = 0
    """Locks since the last success; each one doubles the next."""
    locked_until: datetime | None = Field(default=None, sa_type=MOMENT)
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)


class AccountUnit(Row, table=True):
    """A unit that an account belongs to besides its main one.

    no_pii
    """

    __tablename__ = "account_unit"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    unit_id: UUID = Field(foreign_key="unit.id", primary_key=True, index=True)


class Delegation(Row, table=True):
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


class SignInSession(Row, table=True):
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
    way: str = "password"
    """How the person was proved: password, second_factor, recovery, sign_on or certificate."""
    unproven: str = ""
    """What must be done before the session has any rights; see `Actor.unproven`."""
    idle_minutes: int
    """The session is over when unused for so long; taken from the security values when it was opened."""
    created_at: datetime = Field(sa_type=MOMENT)
    seen_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class SignInStep(Row, table=True):
    """A sign-in under way: waiting for a code, or for the answer of another provider. Good for minutes, and once.

    pii: payload (sealed): what the answer is checked against; secrets of this one sign-in
    """

    __tablename__ = "sign_in_step"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    provider: str = ""
    """Empty: the password was right and a code is awaited."""
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    """Whose code is awaited, or to whom a provider's answer is to be linked."""
    payload_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    origin: str = ""
    created_at: datetime = Field(sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class PasswordPast(Row, table=True):
    """A password an account had before, so that it does not come back at once.

    no_pii: an Argon2id hash
    """

    __tablename__ = "password_past"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    password_hash: str
    ended_at: datetime = Field(sa_type=MOMENT)


class SecondFactor(Row, table=True):
    """The one-time codes (TOTP, RFC 6238) of an account; without `confirmed_at` not in force yet.

    pii: secret (sealed)
    """

    __tablename__ = "second_factor"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", unique=True)
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    last_step: int = Field(default=0, sa_type=BigInteger)
    """The last period of thirty seconds whose code was taken: none is taken twice."""
    begun_at: datetime = Field(sa_type=MOMENT)
    confirmed_at: datetime | None = Field(default=None, sa_type=MOMENT)


class RecoveryCode(Row, table=True):
    """A code for when the phone is lost, good once; only its keyed digest is kept.

    no_pii
    """

    __tablename__ = "recovery_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class SignOnLink(Row, table=True):
    """A provider's person who may sign in as an account; the subject is kept as a keyed digest.

    no_pii
    """

    __tablename__ = "sign_on_link"
    __table_args__ = (UniqueConstraint("provider", "subject_digest"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    provider: str
    subject_digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: UUID = Field(foreign_key="account.id", index=True)
    made_by: UUID
    made_at: datetime = Field(sa_type=MOMENT)


class SecurityPolicy(Row, table=True):
    """A security value that was set in place of its default; what it was before stands in the journal.

    no_pii
    """

    __tablename__ = "security_policy"

    key: str = Field(primary_key=True)
    value: str
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)
