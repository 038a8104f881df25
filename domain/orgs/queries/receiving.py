"""Who can take what reaches a unit: people who are there, or whoever stands in for one who is not.

One rule decides it for dialogs, refusals and lists: `can_act`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.kernel import driver
from domain.kernel.columns import MOMENT
from domain.kernel.labels import Labelled
from domain.kernel.permissions import WRITING, Permission, Role
from domain.orgs.models import Account, AccountUnit, Delegation, Unit

_ADMINISTRATORS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)


class Attendance(Labelled):
    """Who would receive what is sent to a unit now."""

    PRESENT = "present", ""
    DEPUTY = "deputy", "由代理人接收"
    NOBODY = "nobody", "现在无人接收"


@dataclass(frozen=True, slots=True)
class Duties:
    """What somebody must be able to do to receive: one of the roles, a permission, a step that is not barred."""

    roles: frozenset[Role]
    action: str = ""
    permission: Permission = Permission.CASE_WORK


_ALIASES: dict[str, Any] = {}


def _alias(kind: Any, name: str) -> Any:
    # One for each use: all its columns are made anew with an alias, which is most of what building a condition costs.
    # Uses within each other have different names. What an alias offers, the checker takes for values.
    if name not in _ALIASES:
        _ALIASES[name] = aliased(kind, name=name)
    return _ALIASES[name]


def can_act(person: Any, duties: Duties, *, at: datetime) -> ColumnElement[bool]:
    """Give the condition that an account can act now, by itself or by a deputy in its stead.

    It is enabled, granted one of the roles, and nothing was taken from it that it needs; it is not over; who has
    delegated the own work counts as away until the delegation ends. `person` is an alias of `Account`.
    """
    return and_(_able(person, duties), or_(_there(person, at), _deputised(person, at)))


def _of_unit(person: Any, unit: Any) -> ColumnElement[bool]:
    # An account belongs to a unit as its main one or besides it.
    more = _alias(AccountUnit, "besides")
    joined = select(more.account_id).where(more.account_id == person.id, more.unit_id == unit.id)
    return or_(person.unit_id == unit.id, joined.correlate(person, unit).exists())


def unattended(duties: Duties, *, at: datetime, without: UUID | None = None) -> Select[tuple[UUID]]:
    """Select the units where nobody can act, disabled ones among them; `without` leaves one account out of account."""
    unit, person = _alias(Unit, "unattended"), _alias(Account, "anybody")
    others = [person.id != without] if without else []
    anybody = select(person.id).where(_of_unit(person, unit), can_act(person, duties, at=at), *others)
    return select(unit.id).where(or_(unit.disabled_at.is_not(None), ~anybody.exists()))


def able_accounts(duties: Duties, *, at: datetime) -> Select[tuple[UUID]]:
    """Select the accounts that can act now."""
    person = _alias(Account, "able")
    return select(person.id).where(can_act(person, duties, at=at))


async def attendance(
    session: AsyncSession, duties: Duties, *, at: datetime, codes: Collection[str] | None = None
) -> dict[str, Attendance]:
    """Tell of each enabled unit, or of some by code, who would receive what is sent to it."""
    given: dict[str, Any] = {} if codes is None else {"codes": list(codes)}
    rows = await _attended(duties, some=codes is not None).rows(session, at=at, **given)
    return {row[0]: _attendance(present=row[1], deputised=row[2]) for row in rows}


@cache
def _attended(duties: Duties, *, some: bool) -> driver.Made:
    # Asked within every act: the statement is built once.
    at: Any = bindparam("at", type_=MOMENT)
    unit, there, away = _alias(Unit, "attended"), _alias(Account, "there"), _alias(Account, "elsewhere")
    present = select(there.id).where(_of_unit(there, unit), _able(there, duties), _there(there, at)).exists()
    deputy = select(away.id).where(_of_unit(away, unit), can_act(away, duties, at=at)).exists()
    query = select(unit.code, present, deputy).where(unit.disabled_at.is_(None))
    return driver.Made(query.where(driver.among(unit.code, "codes")) if some else query)


def _attendance(*, present: bool, deputised: bool) -> Attendance:
    if present:
        return Attendance.PRESENT
    return Attendance.DEPUTY if deputised else Attendance.NOBODY


async def anybody(
    session: AsyncSession, duties: Duties, *, at: datetime, accounts: Collection[UUID] | None = None
) -> bool:
    """Tell whether anybody at all, or one of some accounts, can act now."""
    given: dict[str, Any] = {} if accounts is None else {"accounts": list(accounts)}
    return bool(await _someone(duties, some=accounts is not None).rows(session, at=at, **given))


@cache
def _someone(duties: Duties, *, some: bool) -> driver.Made:
    at: Any = bindparam("at", type_=MOMENT)
    query = able_accounts(duties, at=at).limit(1)
    return driver.Made(query.where(driver.among(query.selected_columns[0], "accounts")) if some else query)


@cache
def _able(person: Any, duties: Duties) -> ColumnElement[bool]:
    needed = literal(duties.permission.value)
    found = [
        person.disabled_at.is_(None),
        or_(*(literal(role.value) == any_(person.roles) for role in sorted(duties.roles))),
        ~(needed == any_(person.denied)),
        or_(person.rights.is_(None), needed == any_(person.rights)),
    ]
    if duties.action:
        found.append(~(literal(duties.action) == any_(person.barred_actions)))
    if duties.permission in WRITING:
        found.append(person.read_only.is_(False))
    return and_(*found)


def _valid(person: Any, at: datetime) -> ColumnElement[bool]:
    return or_(person.valid_until.is_(None), person.valid_until > at)


def _in_force(made: Any, at: datetime) -> ColumnElement[bool]:
    return and_(made.valid_from <= at, made.valid_until > at, made.ended_at.is_(None))


def _away(person: Any, at: datetime) -> ColumnElement[bool]:
    made = _alias(Delegation, "absence")
    return select(made.id).where(made.from_id == person.id, _in_force(made, at)).exists()


def _there(person: Any, at: datetime) -> ColumnElement[bool]:
    return and_(_valid(person, at), ~_away(person, at))


def _deputised(person: Any, at: datetime) -> ColumnElement[bool]:
    # A deputy who is there and does business, as `operations.delegation.wear` asks.
    made, deputy = _alias(Delegation, "standing_in"), _alias(Account, "deputy")
    fits = and_(deputy.disabled_at.is_(None), _does_business(deputy), _there(deputy, at))
    return (
        select(made.id)
        .join(deputy, deputy.id == made.to_id)
        .where(made.from_id == person.id, _in_force(made, at), fits)
        .exists()
    )


@cache
def _does_business(person: Any) -> ColumnElement[bool]:
    return and_(
        or_(*(literal(role.value) == any_(person.roles) for role in Role if role not in _ADMINISTRATORS)),
        *(~(literal(role.value) == any_(person.roles)) for role in _ADMINISTRATORS),
    )


async def unattended_names(session: AsyncSession, duties: Duties, account_id: UUID, *, at: datetime) -> dict[UUID, str]:
    """Name the units of an account that somebody attends now, and nobody would without this account."""
    now, later = unattended(duties, at=at), unattended(duties, at=at, without=account_id)
    own = or_(
        col(Unit.id).in_(select(col(Account.unit_id)).where(col(Account.id) == account_id)),
        col(Unit.id).in_(select(col(AccountUnit.unit_id)).where(col(AccountUnit.account_id) == account_id)),
    )
    query = select(col(Unit.id), col(Unit.name)).where(own, col(Unit.id).not_in(now), col(Unit.id).in_(later))
    return {row[0]: row[1] for row in await session.execute(query.order_by(col(Unit.position), col(Unit.code)))}
