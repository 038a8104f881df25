"""Reads of accounts, for those who administer accounts or rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.labels import Labelled
from domain.kernel.paging import Page, Place, turn
from domain.kernel.permissions import DEFAULT_LEVEL, LEVELS, PEOPLE_ROLES, FieldLevel, Permission, Role
from domain.kernel.refusals import NotFound
from domain.kernel.searching import fits
from domain.orgs import policy
from domain.orgs.models import Account, AccountUnit, CustomRole, SignInSession, Unit
from domain.orgs.queries.roles import codes_known, require_administrator
from domain.orgs.queries.staff import name_of
from domain.orgs.queries.units import units_by_id
from domain.orgs.schemas import AccountDetail, AccountFilter, AccountRow, UnitRow, UnitView

IDLE = timedelta(days=90)
"""An account that nobody used for this long is shown as idle (等保 8.1.4.2 c: no superfluous accounts)."""


class AccountState(Labelled):
    ENABLED = "enabled", "启用"
    UNGRANTED = "ungranted", "待授权"
    LOCKED = "locked", "已锁定"
    IDLE = "idle", "90 天未登录"
    EXPIRED = "expired", "已过期"
    DISABLED = "disabled", "已停用"


def administered_by(actor: Actor) -> ColumnElement[bool]:
    """Give the condition of the accounts that an actor may administer: all, or its own unit's.

    :raises NotPermitted: the actor administers neither accounts nor rights
    """
    require_administrator(actor)
    if actor.may(Permission.ACCOUNT_MANAGE) or actor.may(Permission.ROLE_GRANT):
        return col(Account.id).is_not(None)
    return col(Account.unit_id).in_(actor.unit_ids)


async def units_of_county(session: AsyncSession, actor: Actor) -> tuple[UnitRow, ...]:
    """List every unit, disabled ones too, with how many accounts the list of that unit shows.

    :raises NotPermitted: the actor administers neither accounts nor rights
    """
    require_administrator(actor)
    belongs = union(
        select(col(Account.unit_id), col(Account.id)), select(col(AccountUnit.unit_id), col(AccountUnit.account_id))
    )
    held = belongs.subquery()
    counted = select(held.c.unit_id, func.count()).group_by(held.c.unit_id)
    counts = {row[0]: row[1] for row in await session.execute(counted)}
    units = list(await session.scalars(select(Unit).order_by(col(Unit.position), col(Unit.code))))
    codes = {unit.id: unit.code for unit in units}
    return tuple(
        UnitRow(
            unit.id, unit.code, unit.name, unit.short_name, unit.kind, unit.phone,
            codes.get(unit.parent_id, "") if unit.parent_id else "", unit.position,
            counts.get(unit.id, 0), unit.disabled_at, unit.address, unit.hours,
        )
        for unit in units
    )  # fmt: skip


async def accounts(
    session: AsyncSession, actor: Actor, wanted: AccountFilter, *, at: datetime, cursor: str = "", size: int = 20
) -> Page[AccountRow]:
    """Give one page of the accounts that fit, by login unless they are to be sorted by another column.

    Names are sealed: a text is compared with the opened names of those that fit otherwise.

    :raises NotPermitted: the actor administers neither accounts nor rights
    """
    found = list(await session.scalars(select(Account).where(administered_by(actor), *_conditions(wanted))))
    if wanted.text.strip():
        found = [one for one in found if fits(wanted.text, one.login, name_of(one))]
    seen = await _last_seen(session, [one.id for one in found])
    states = {one.id: state_of(one, seen.get(one.id), at) for one in found}
    if wanted.view:
        found = [one for one in found if states[one.id].value == wanted.view]
    falling, by = wanted.sort.startswith("-"), _sorting(wanted.sort.removeprefix("-"), seen)

    def edge(one: Account) -> tuple[str, str]:
        return by(one), one.login

    # sorted here, as the pages are told apart here: the database may sort otherwise
    found.sort(key=edge, reverse=falling)

    async def fetch(place: Place | None, most: int, _at: datetime) -> Sequence[Account]:
        if place is None:
            return found[:most]
        rows, higher = (reversed(found), falling) if place.back else (found, not falling)
        there = (str(place.values[0]), str(place.values[1]))
        return [one for one in rows if (edge(one) > there if higher else edge(one) < there)][:most]

    turned = await turn(f"login {wanted.sort}", lambda one, _: edge(one), fetch, cursor=cursor, size=size, at=at)
    return turned.page(await _rows(session, turned.rows, seen, states), len(found), size, cap=len(found))


def _sorting(column: str, seen: Mapping[UUID, datetime]) -> Callable[[Account], str]:
    """Give what accounts are sorted by, as a text; by login alone where it is another column."""
    moments: Mapping[str, Callable[[Account], datetime | None]] = {
        "seen": lambda one: seen.get(one.id),
        "until": lambda one: one.valid_until,
    }
    if column in moments:
        moment = moments[column]
        return lambda one: found.isoformat() if (found := moment(one)) else ""
    return name_of if column == "name" else lambda _: ""


async def count_states(session: AsyncSession, actor: Actor, *, at: datetime) -> dict[str, int]:
    """Count the accounts by state, for the counters above the list; "" counts all."""
    found = list(await session.scalars(select(Account).where(administered_by(actor))))
    seen = await _last_seen(session, [one.id for one in found])
    states = [state_of(one, seen.get(one.id), at).value for one in found]
    return {"": len(states), **{state.value: states.count(state.value) for state in AccountState}}


async def account(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> AccountDetail:
    """Show what is settled about one account; one's own may be looked at by everybody.

    :raises NotFound: there is no such account, or it is not the actor's to see
    """
    one = await find_account(session, actor, login)
    seen = await _last_seen(session, [one.id])
    (row,) = await _rows(session, [one], seen, {one.id: state_of(one, seen.get(one.id), at)})
    more = select(AccountUnit.unit_id).where(col(AccountUnit.account_id) == one.id)
    units = await units_by_id(session, list(await session.scalars(more)))
    live = (col(SignInSession.account_id) == one.id, col(SignInSession.ended_at).is_(None))
    count = select(func.count()).where(*live, col(SignInSession.expires_at) > at)
    return AccountDetail(
        row=row,
        role_codes=tuple(one.role_codes),
        proposed_codes=tuple(one.proposed_roles),
        more_units=tuple(units.values()),
        area_path=one.area_path,
        reach=one.reach,
        field_level=one.field_level or _level_of(one.roles),
        denied=tuple(one.denied),
        barred_actions=tuple(one.own_barred_actions),
        barred_places=tuple(one.own_barred_places),
        read_only=one.own_read_only,
        created_at=one.created_at,
        granted_at=one.granted_at,
        locked_until=one.locked_until if one.locked_until and one.locked_until > at else None,
        sessions=await session.scalar(count) or 0,
        placed_by=tuple(
            policy.place_faults(
                {*one.role_codes, *one.proposed_roles}, await codes_known(session), unit=False, area=False
            )
        ),
    )


async def find_account(session: AsyncSession, actor: Actor, login: str) -> Account:
    """Find an account that the actor may look at: its own, or one it administers.

    :raises NotFound: there is none such
    """
    allowed = col(Account.id) == actor.account_id
    if actor.login != login:
        allowed = administered_by(actor)
    one = (await session.scalars(select(Account).where(col(Account.login) == login, allowed))).one_or_none()
    if one is None:
        raise NotFound("没有这个账号，或不由您管理")
    return one


def state_of(one: Account, seen_at: datetime | None, at: datetime) -> AccountState:
    """Tell the state of an account; the weightiest holds."""
    if one.disabled_at:
        return AccountState.DISABLED
    if one.valid_until and one.valid_until <= at:
        return AccountState.EXPIRED
    if not one.roles:
        return AccountState.UNGRANTED
    if one.locked_until and one.locked_until > at:
        return AccountState.LOCKED
    return AccountState.IDLE if (seen_at or one.created_at) < at - IDLE else AccountState.ENABLED


def _conditions(wanted: AccountFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.unit:
        unit = select(Unit.id).where(col(Unit.code) == wanted.unit)
        joined = select(AccountUnit.account_id).where(col(AccountUnit.unit_id).in_(unit))
        yield or_(col(Account.unit_id).in_(unit), col(Account.id).in_(joined))
    if wanted.role:
        yield col(Account.role_codes).contains([wanted.role])


async def _last_seen(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    query = (
        select(col(SignInSession.account_id), func.max(col(SignInSession.seen_at)))
        .where(col(SignInSession.account_id).in_(ids))
        .group_by(col(SignInSession.account_id))
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def _rows(
    session: AsyncSession,
    found: Sequence[Account],
    seen: Mapping[UUID, datetime],
    states: Mapping[UUID, AccountState],
) -> list[AccountRow]:
    units = await units_by_id(session, {one.unit_id for one in found if one.unit_id})
    custom = await codes_known(session)
    return [
        _row(one, units.get(one.unit_id) if one.unit_id else None, custom, seen.get(one.id), states[one.id])
        for one in found
    ]


def _row(
    one: Account, unit: UnitView | None, custom: Mapping[str, CustomRole], seen_at: datetime | None, state: AccountState
) -> AccountRow:
    return AccountRow(
        id=one.id,
        login=one.login,
        name=name_of(one),
        unit=unit.name if unit else "",
        unit_code=unit.code if unit else "",
        roles=tuple(role_label(code, custom) for code in one.role_codes),
        proposed=tuple(role_label(code, custom) for code in one.proposed_roles),
        state=state.value,
        state_label=state.label,
        last_seen_at=seen_at,
        valid_until=one.valid_until,
        restricted=bool(one.denied or one.own_barred_actions or one.own_barred_places or one.own_read_only),
    )


def role_label(code: str, custom: Mapping[str, CustomRole]) -> str:
    """Give the name of a role, built-in or custom."""
    if code in custom:
        return custom[code].name
    return Role(code).label if code in {role.value for role in PEOPLE_ROLES} else code


def _level_of(roles: Iterable[str]) -> FieldLevel:
    return max((DEFAULT_LEVEL[Role(role)] for role in roles), key=LEVELS.index, default=FieldLevel.HIDDEN)
