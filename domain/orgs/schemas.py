"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.permissions import Duty, FieldLevel, Permission, Reach, Role
from domain.kernel.refusals import Refusal
from domain.orgs.models import UnitKind
from domain.orgs.rules import POSITION


@dataclass(frozen=True, slots=True)
class UnitView:
    id: UUID
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome of a sign-in: a secret and its actor, or the refusal to raise after the commit.

    A refusal is a value here, because the counted failure must be committed with it.
    """

    secret: str = field(default="", repr=False)
    expires_at: datetime | None = None
    actor: Actor | None = None
    refusal: Refusal | None = None
    half: str = field(default="", repr=False)
    """The secret of a half sign-in, which waits for a code; there is no session yet."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A new second factor as its person is shown it, once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAccount:
    login: str
    name: str = field(repr=False)
    password: str = field(repr=False)
    roles: tuple[str, ...]
    unit_code: str
    area_path: str = ""
    more_units: tuple[str, ...] = ()
    valid_until: datetime | None = None
    password_at: datetime | None = None
    """When the person chose the password; none: it is a first one, set now by who makes the account."""


@dataclass(frozen=True, slots=True)
class UnitInput:
    """What an administrator says of a unit; `parent_code` empty: at the top."""

    code: Annotated[str, Ask("单位代码", hint="小写字母、数字、下划线、短横，如 rsj")]
    name: Annotated[str, Ask("单位名称")]
    kind: Annotated[UnitKind, Ask("类型")] = UnitKind.DEPARTMENT
    short_name: Annotated[str, Ask("简称")] = ""
    parent_code: Annotated[
        str,
        Ask(
            "上级单位",
            hint="最上级的综治中心只有一个；乡镇（街道）综治中心须选上级单位",
            choices="parents",
            empty="无（最上级）",
        ),
    ] = ""
    phone: Annotated[str, Ask("办公电话", keyboard="tel")] = ""
    hours: Annotated[str, Ask("办公时间", hint="如：工作日 8:30 至 12:00，14:30 至 17:30")] = ""
    address: Annotated[str, Ask("地址", hint="综治中心的电话、地址和办公时间印在受理通知单上，也在查询页面公布")] = ""
    position: Annotated[int, Ask("排序", hint="小的在前", within=POSITION)] = 0


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in the list of units, with how many accounts belong to it."""

    id: UUID
    code: str
    name: str
    short_name: str
    kind: UnitKind
    phone: str
    parent_code: str
    position: int
    accounts: int
    disabled_at: datetime | None
    address: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an administrator changes on an account; none leaves a fact as it is."""

    name: str | None = field(default=None, repr=False)
    unit_code: str | None = None
    more_units: tuple[str, ...] | None = None
    area_path: str | None = None
    valid_until: datetime | None = None
    forever: bool = False
    """The account is no longer temporary."""


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Narrow the list of accounts; `view` is a state of accounts, empty for all."""

    text: Annotated[str, Ask("搜索账号", example="账号、姓名", search=True, personal=True)] = ""
    unit: Annotated[str, Ask("按单位筛选", choices="units", empty="全部单位")] = ""
    role: Annotated[str, Ask("按角色筛选", choices="roles", empty="全部角色")] = ""
    view: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list; `roles` are labels."""

    id: UUID
    login: str
    name: str
    unit: str
    unit_code: str
    roles: tuple[str, ...]
    proposed: tuple[str, ...]
    state: str
    state_label: str
    last_seen_at: datetime | None
    valid_until: datetime | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """Everything that is settled about one account, for who administers accounts or rights."""

    row: AccountRow
    role_codes: tuple[str, ...]
    proposed_codes: tuple[str, ...]
    more_units: tuple[UnitView, ...]
    area_path: str
    reach: Reach
    field_level: FieldLevel
    denied: tuple[str, ...]
    barred_actions: tuple[str, ...]
    barred_places: tuple[str, ...]
    read_only: bool
    created_at: datetime
    granted_at: datetime | None
    locked_until: datetime | None
    sessions: int
    placed_by: tuple[str, ...]
    """What the account must have for its roles to see anything: "unit", "area", both or neither."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What is taken from one account besides its roles; `reach` and `field_level` only narrow."""

    denied: tuple[str, ...] = ()
    barred_actions: tuple[str, ...] = ()
    barred_places: tuple[str, ...] = ()
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class RoleInput:
    """A custom role as it was filled in."""

    code: str
    name: str
    acts_as: Role
    permissions: tuple[str, ...]
    reach: Reach
    field_level: FieldLevel
    barred_actions: tuple[str, ...] = ()
    barred_places: tuple[str, ...] = ()
    read_only: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role, built-in or custom, with how many accounts hold it."""

    code: str
    name: str
    built_in: bool
    acts_as: Role
    duty: Duty
    permissions: tuple[Permission, ...]
    reach: Reach
    field_level: FieldLevel
    barred_actions: tuple[str, ...]
    barred_places: tuple[str, ...]
    read_only: bool
    accounts: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DelegationView:
    """One delegation; `state` is "coming", "in_force" or "over"."""

    id: UUID
    from_login: str
    from_name: str
    to_login: str
    to_name: str
    valid_from: datetime
    valid_until: datetime
    reason: str
    state: str
    worn: bool
    """Whether the asking session acts by it at the moment."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person who may be named to take something over; the unit is the person's own."""

    login: str
    name: str = field(repr=False)
    roles: frozenset[Role]
    account_id: UUID
    unit_id: UUID | None


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason why somebody may or may not: what, where it comes from."""

    what: str
    source: str
    granted: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """Say what one person sees and may do, each line with its source.

    `permissions` has a line for every permission of the product; `reach` and `fields` are sentences;
    """

    row: AccountRow
    duty: str
    reach: tuple[Ground, ...]
    fields: tuple[Ground, ...]
    permissions: tuple[Ground, ...]
    places: tuple[Ground, ...]
    restrictions: tuple[Ground, ...]
    delegations: tuple[DelegationView, ...]
