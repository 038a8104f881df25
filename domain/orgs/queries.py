"""Reads of units, accounts and sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from domain.orgs import rules
from domain.orgs.models import Account, SessionKind, SignInSession, Unit, UnitKind
from domain.orgs.schemas import UnitView

_OF_ACCOUNT = ("id", "login", "name_sealed", "roles", "reach", "area_path")
_HELD = (
    select(
        col(SignInSession.seen_at),
        col(SignInSession.expires_at),
        *(getattr(Account, name) for name in _OF_ACCOUNT),
        col(Unit.id),
        col(Unit.code),
        col(Unit.name),
    )
    .join(Account, col(Account.id) == col(SignInSession.account_id))
    .join(Unit, col(Unit.id) == col(Account.unit_id))
    .where(
        col(SignInSession.digest) == bindparam("digest"),
        col(SignInSession.kind) == bindparam("kind"),
        col(SignInSession.ended_at).is_(None),
        col(Account.disabled_at).is_(None),
    )
)


def name_of(account: Account) -> str:
    """This function will open the display name of a member of staff."""
    return crypto.unseal("account", "name", account.id, account.name_sealed)


def actor_from(account: Account, unit: Unit, origin: str = "") -> Actor:
    """This function will make the actor of an account."""
    return _actor((*(getattr(account, name) for name in _OF_ACCOUNT), unit.id, unit.code, unit.name), origin)


def _actor(row: Sequence[Any], origin: str) -> Actor:
    """The row holds `_OF_ACCOUNT`, then id, code and name of the unit."""
    account_id, login, name, roles, reach, area_path, unit_id, unit_code, unit_name = row
    return Actor(
        account_id=account_id,
        login=login,
        roles=frozenset(Role(role) for role in roles),
        reach=reach,
        unit_id=unit_id,
        unit_code=unit_code,
        unit_name=unit_name,
        area_path=area_path,
        name=crypto.unseal("account", "name", account_id, name),
        origin=origin,
    )


async def find_session(session: AsyncSession, secret: str, kind: SessionKind) -> SignInSession | None:
    """This function will find the stored session of a secret, ended ones included."""
    if not secret:
        return None
    query = select(SignInSession).where(
        col(SignInSession.digest) == crypto.digest(secret), col(SignInSession.kind) == kind
    )
    return (await session.scalars(query)).one_or_none()


@dataclass(frozen=True, slots=True)
class Held:
    """This class will say who holds a session, and whether its last use should be noted."""

    actor: Actor
    stale: bool


async def held(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime, origin: str = "") -> Held | None:
    """This function will tell who holds a session secret; none when it is unknown, over or disabled.

    Every request asks this first, hence one statement, made once.
    """
    if not secret:
        return None
    row = (await session.execute(_HELD, {"digest": crypto.digest(secret), "kind": kind})).one_or_none()
    if row is None or rules.is_over(row.seen_at, row.expires_at, at):
        return None
    return Held(_actor(row[2:], origin), stale=at - row.seen_at >= rules.SEEN_EVERY)


async def actor_of(
    session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime, origin: str = ""
) -> Actor | None:
    """This function will tell who holds a session secret; none when it is unknown, over or disabled."""
    found = await held(session, secret, kind, at=at, origin=origin)
    return found.actor if found else None


async def actor_of_account(session: AsyncSession, account_id: UUID, *, origin: str = "") -> Actor | None:
    """This function will make the actor of an enabled account."""
    query = (
        select(Account, Unit)
        .join(Unit, col(Unit.id) == col(Account.unit_id))
        .where(col(Account.id) == account_id, col(Account.disabled_at).is_(None))
    )
    found = (await session.execute(query)).one_or_none()
    return actor_from(found[0], found[1], origin) if found else None


async def actor_of_login(session: AsyncSession, login: str, *, origin: str = "") -> Actor | None:
    """This function will make the actor of an enabled account from its login; it proves nobody's identity."""
    account_id = await session.scalar(select(Account.id).where(col(Account.login) == login))
    return await actor_of_account(session, account_id, origin=origin) if account_id else None


async def keeper_of_centre(session: AsyncSession) -> Actor | None:
    """This function will make the actor of the centre's first enabled administrator; none when there is none."""
    query = (
        select(Account, Unit)
        .join(Unit, col(Unit.id) == col(Account.unit_id))
        .where(
            col(Unit.kind) == UnitKind.CENTRE,
            col(Account.roles).contains([Role.CENTER_ADMIN.value]),
            col(Account.disabled_at).is_(None),
        )
        .order_by(col(Account.created_at), col(Account.id))
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    return actor_from(found[0], found[1]) if found else None


async def staff_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """This function will open the display names of several accounts at once."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.scalars(select(Account).where(col(Account.id).in_(wanted)))
    return {account.id: name_of(account) for account in rows}


async def units_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, UnitView]:
    """This function will give several units at once."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await session.scalars(select(Unit).where(col(Unit.id).in_(wanted)))
    return {unit.id: _view(unit) for unit in rows}


async def unit_names_by_code(session: AsyncSession) -> dict[str, str]:
    """This function will give the names of all units by code, for journal lines."""
    rows = await session.execute(select(col(Unit.code), col(Unit.name)))
    return {row[0]: row[1] for row in rows}


async def departments(session: AsyncSession) -> tuple[UnitView, ...]:
    """This function will list the units to which a case can be dispatched, in their order."""
    query = select(Unit).where(col(Unit.kind) == UnitKind.DEPARTMENT).order_by(col(Unit.position), col(Unit.code))
    return tuple(_view(unit) for unit in await session.scalars(query))


async def department_by_code(session: AsyncSession, code: str, *, field: str) -> UnitView:
    """This function will find a department by its code.

    :raises Invalid: there is none; the sentence names the field
    """
    query = select(Unit).where(col(Unit.code) == code, col(Unit.kind) == UnitKind.DEPARTMENT)
    unit = (await session.scalars(query)).one_or_none()
    if unit is None:
        raise Invalid.of({field: "没有这个承办单位,请从列表中选择"})
    return _view(unit)


def _view(unit: Unit) -> UnitView:
    return UnitView(unit.id, unit.code, unit.name, unit.kind)
