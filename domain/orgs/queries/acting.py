"""Who acts: the account behind a session, with what it may do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.kernel import crypto, driver
from domain.kernel.actor import NO_UNIT, Actor
from domain.kernel.columns import MOMENT
from domain.kernel.permissions import FieldLevel, Permission, Reach, Role
from domain.orgs import rules
from domain.orgs.models import Account, AccountUnit, Delegation, SessionKind, SignInSession, Unit, UnitKind
from domain.orgs.queries.units import county_centre

_AT: Any = bindparam("at", type_=MOMENT)
_ACTING: Any = aliased(Account, name="acting")
"""The account whose roles, units and reach hold: the person's own, or the one the person stands in for."""
_OF_ACCOUNT = (
    "id", "login", "name_sealed", "roles", "rights", "denied", "reach", "field_level",
    "barred_actions", "barred_places", "read_only", "area_path",
)  # fmt: skip
_MORE_UNITS = (
    select(func.array_agg(col(AccountUnit.unit_id)))
    .join(Unit, col(Unit.id) == col(AccountUnit.unit_id))
    .where(col(AccountUnit.account_id) == _ACTING.id, col(Unit.disabled_at).is_(None))
    .scalar_subquery()
)
_FACTS = (*(getattr(_ACTING, name) for name in _OF_ACCOUNT), col(Unit.id), col(Unit.code), col(Unit.name), _MORE_UNITS)
"""What an actor is made of, in the order `_actor` reads it."""
_IN_UNIT = and_(col(Unit.id) == _ACTING.unit_id, col(Unit.disabled_at).is_(None))


def _stands(giver: Any, taker: Any) -> Any:
    made = (col(Delegation.from_id) == giver, col(Delegation.to_id) == taker)
    holds = (col(Delegation.valid_from) <= _AT, col(Delegation.valid_until) > _AT, col(Delegation.ended_at).is_(None))
    return select(col(Delegation.id)).where(*made, *holds).exists()


_STANDS = _stands(col(SignInSession.stands_for), col(SignInSession.account_id))
_ENABLED = (
    col(Account.disabled_at).is_(None),
    or_(col(Account.valid_until).is_(None), col(Account.valid_until) > _AT),
    _ACTING.disabled_at.is_(None),
)
_HELD = driver.Made(
    select(
        col(SignInSession.id),
        col(SignInSession.seen_at),
        col(SignInSession.expires_at),
        col(SignInSession.idle_minutes),
        col(SignInSession.unproven),
        col(Account.id),
        col(Account.login),
        col(Account.name_sealed),
        *_FACTS,
    )
    .join(Account, col(Account.id) == col(SignInSession.account_id))
    .join(_ACTING, _ACTING.id == case((_STANDS, col(SignInSession.stands_for)), else_=col(SignInSession.account_id)))
    .outerjoin(Unit, _IN_UNIT)
    .where(
        col(SignInSession.digest) == bindparam("digest"),
        col(SignInSession.kind) == bindparam("kind"),
        col(SignInSession.ended_at).is_(None),
        *_ENABLED,
    )
)
"""Every request asks this first."""
_AGAIN = driver.Made(
    select(col(Account.id), col(Account.login), col(Account.name_sealed), *_FACTS)
    .select_from(Account)
    .join(_ACTING, _ACTING.id == bindparam("acting"))
    .outerjoin(Unit, _IN_UNIT)
    .where(
        col(Account.id) == bindparam("account"),
        or_(_ACTING.id == col(Account.id), _stands(_ACTING.id, col(Account.id))),
        *_ENABLED,
    )
)


def _actor(row: Sequence[Any], origin: str) -> Actor:
    # The row holds `_FACTS`.
    found = dict(zip(_OF_ACCOUNT, row, strict=False))
    unit_id, unit_code, unit_name, more = row[len(_OF_ACCOUNT) :]
    denied = frozenset(Permission(word) for word in found["denied"])
    roles = frozenset(Role(role) for role in found["roles"])
    return Actor(
        account_id=found["id"],
        login=found["login"],
        roles=roles,
        rights=rules.rights_of(roles, found["rights"], denied),
        reach=Reach(found["reach"]),
        field_level=FieldLevel(found["field_level"]) if found["field_level"] else None,
        barred_actions=frozenset(found["barred_actions"]),
        barred_places=frozenset(found["barred_places"]),
        read_only=found["read_only"],
        unit_id=unit_id or NO_UNIT,
        unit_code=unit_code or "",
        unit_name=unit_name or "",
        more_units=frozenset(more or ()),
        area_path=found["area_path"],
        name=crypto.unseal("account", "name", found["id"], found["name_sealed"]),
        origin=origin,
    )


def _who_acts(own: tuple[UUID, str, bytes], actor: Actor) -> Actor:
    # The person who acts, with the rights of whom the person stands in for.
    account_id, login, name = own
    if account_id == actor.account_id:
        return actor
    return replace(
        actor,
        account_id=account_id,
        login=login,
        name=crypto.unseal("account", "name", account_id, name),
        stands_for=actor.account_id,
        stands_for_name=actor.name,
    )


async def find_session(session: AsyncSession, secret: str, kind: SessionKind) -> SignInSession | None:
    """Find the stored session of a secret, ended ones included."""
    if not secret:
        return None
    query = select(SignInSession).where(
        col(SignInSession.digest) == crypto.digest(secret), col(SignInSession.kind) == kind
    )
    return (await session.scalars(query)).one_or_none()


@dataclass(frozen=True, slots=True)
class Held:
    """Say who holds a session, and whether its last use should be noted."""

    actor: Actor
    stale: bool


async def held(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime, origin: str = "") -> Held | None:
    """Tell who holds a session secret; none when it is unknown, over or disabled."""
    if not secret:
        return None
    found = await _HELD.rows(session, digest=crypto.digest(secret), kind=kind, at=at)
    if not found:
        return None
    session_id, seen_at, expires_at, idle_minutes, unproven, *row = found[0]
    if rules.is_over(seen_at, expires_at, at, idle_minutes):
        return None
    account_id, login, name, *facts = row
    actor = replace(_who_acts((account_id, login, name), _actor(facts, origin)), session_id=session_id)
    if unproven:
        actor = actor.without_rights(unproven)
    return Held(actor, stale=at - seen_at >= rules.SEEN_EVERY)


async def actor_of(
    session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime, origin: str = ""
) -> Actor | None:
    """Tell who holds a session secret; none when it is unknown, over or disabled."""
    found = await held(session, secret, kind, at=at, origin=origin)
    return found.actor if found else None


async def actor_of_account(session: AsyncSession, account_id: UUID, *, origin: str = "") -> Actor | None:
    query = select(*_FACTS).outerjoin(Unit, _IN_UNIT).where(_ACTING.id == account_id, _ACTING.disabled_at.is_(None))
    row = (await session.execute(query)).one_or_none()
    return _actor(row, origin) if row else None


async def person_again(
    session: AsyncSession, account_id: UUID, stands_for: UUID | None, *, at: datetime
) -> Actor | None:
    """Make whoever asked for something before anew; none when the account, or standing in for another, is over."""
    found = await _AGAIN.rows(session, account=account_id, acting=stands_for or account_id, at=at)
    return _who_acts(found[0][:3], _actor(found[0][3:], "")) if found else None


async def person_of_login(session: AsyncSession, login: str) -> Actor | None:
    """Make the actor of an account, disabled or not: to count what is its own, never to act."""
    row = (await session.execute(select(*_FACTS).outerjoin(Unit, _IN_UNIT).where(_ACTING.login == login))).one_or_none()
    return _actor(row, "") if row else None


async def actor_of_login(session: AsyncSession, login: str, *, origin: str = "") -> Actor | None:
    """Make the actor of an enabled account from its login; it proves nobody's identity."""
    account_id = await session.scalar(select(Account.id).where(col(Account.login) == login))
    return await actor_of_account(session, account_id, origin=origin) if account_id else None


async def actors_in_roles(session: AsyncSession, roles: Collection[Role], *, at: datetime) -> tuple[Actor, ...]:
    """Make the actors of all accounts that are in force and hold one of some roles."""
    who: Any = _ACTING
    query = (
        select(*_FACTS)
        .outerjoin(Unit, _IN_UNIT)
        .where(
            who.disabled_at.is_(None),
            or_(who.valid_until.is_(None), who.valid_until > at),
            who.roles.overlap([role.value for role in roles]),
        )
        .order_by(who.id)
    )
    return tuple(_actor(row, "") for row in await session.execute(query))


async def keeper_of_centre(session: AsyncSession) -> Actor | None:
    """Make the actor of a centre's first enabled administrator, the county's before any other's; none without one."""
    county = await county_centre(session)
    query = (
        select(*_FACTS)
        .join(Unit, _IN_UNIT)
        .where(
            col(Unit.kind) == UnitKind.CENTRE,
            _ACTING.roles.contains([Role.CENTER_ADMIN.value]),
            _ACTING.disabled_at.is_(None),
        )
        .order_by(col(Unit.id) != (county.id if county else NO_UNIT), _ACTING.created_at, _ACTING.id)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return _actor(row, "") if row else None
