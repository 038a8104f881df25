"""Why a person may or may not: every right with its source, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.permissions import DEFAULT_REACH, GRANTS, PEOPLE_ROLES, Permission, Reach, Role, duty_of
from domain.kernel.refusals import NotFound
from domain.orgs import policy
from domain.orgs.models import Account, CustomRole, Delegation
from domain.orgs.queries.accounts import account, find_account, role_label
from domain.orgs.queries.acting import actor_of_account
from domain.orgs.queries.roles import codes_known
from domain.orgs.queries.staff import name_of
from domain.orgs.queries.units import units_by_id
from domain.orgs.schemas import AccountDetail, DelegationView, Explanation, Ground

_REACHES: Mapping[Reach, str] = {
    Reach.NONE: "看不到任何业务数据",
    Reach.OWN: "只能看到本人登记的案件和来访",
    Reach.DEPARTMENT: "能看到转派、抄告给所属单位的案件",
    Reach.AREA: "能看到辖区内的案件",
    Reach.ALL: "能看到本地已提交的全部案件",
}


async def explained(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> Explanation:
    """Say what one person sees and may do, each line with where it comes from.

    :raises NotFound: no such account, or neither one's own nor administered by the actor
    """
    shown = await account(session, actor, login, at=at)
    one = await find_account(session, actor, login)
    custom = await codes_known(session)
    person = await actor_of_account(session, one.id) or Actor(one.id, login, frozenset(), Reach.NONE, one.id)
    duties = policy.duties_of(one.role_codes, custom)
    return Explanation(
        row=shown.row,
        duty="、".join(sorted(duty.label for duty in duties)) or "尚未授权",
        reach=tuple(_reach(one, shown, custom)),
        fields=tuple(_fields(person, shown)),
        permissions=tuple(_permission(one, person, permission, custom) for permission in Permission),
        places=tuple(Ground(place, "限制", granted=False) for place in sorted(person.barred_places)),
        restrictions=tuple(_restrictions(one)),
        delegations=await delegations_of(session, one, actor, at=at),
    )


def _reach(one: Account, shown: AccountDetail, custom: Mapping[str, CustomRole]) -> list[Ground]:
    found = [
        Ground(_REACHES[_reach_of(code, custom)], f"角色“{role_label(code, custom)}”", granted=True)
        for code in one.role_codes
    ]
    if shown.row.unit:
        found.append(Ground(f"所属单位：{shown.row.unit}", "账号资料"))
    else:
        found.append(Ground("没有所属单位，或单位已停用：按单位的范围为空", "账号资料", granted=False))
    found.extend(Ground(f"兼属单位：{unit.name}", "账号资料") for unit in shown.more_units)
    if one.reach is Reach.AREA and not one.area_path:
        found.append(Ground("没有设置辖区：按辖区的范围为空", "账号资料", granted=False))
    return found


def _reach_of(code: str, custom: Mapping[str, CustomRole]) -> Reach:
    return custom[code].reach if code in custom else DEFAULT_REACH[Role(code)]


def _fields(person: Actor, shown: AccountDetail) -> list[Ground]:
    found = [Ground(f"个人信息级别：{shown.field_level.label}", "角色")]
    if person.may(Permission.PERSON_REVEAL):
        found.append(Ground("可逐项查看明文，须写明原因，每次记入日志", "权限“查看明文”"))
    else:
        found.append(Ground("不能查看明文", "没有“查看明文”权限", granted=False))
    return found


def _permission(one: Account, person: Actor, permission: Permission, custom: Mapping[str, CustomRole]) -> Ground:
    if permission.value in one.denied:
        return Ground(permission.label, "本账号已被限制", granted=False)
    sources = [f"“{role_label(code, custom)}”" for code in one.role_codes if permission in _granted_by(code, custom)]
    if person.may(permission):
        return Ground(permission.label, f"角色{'、'.join(sources)}")
    holders = "、".join(role.label for role in PEOPLE_ROLES if permission in GRANTS[role])
    return Ground(permission.label, f"所持角色均未授予；内置角色中由{holders}持有", granted=False)


def _granted_by(code: str, custom: Mapping[str, CustomRole]) -> frozenset[Permission]:
    if code in custom:
        return frozenset(Permission(word) for word in custom[code].permissions)
    return GRANTS[Role(code)]


def _restrictions(one: Account) -> list[Ground]:
    found = [Ground(f"不授予“{Permission(word).label}”", "本账号限制", granted=False) for word in one.denied]
    if one.read_only:
        found.append(
            Ground("只读：不能办理任何一步", "本账号限制" if one.own_read_only else "自定义角色", granted=False)
        )
    if duty := {duty_of(Role(role)) for role in one.roles}:
        names = "、".join(sorted(word.label for word in duty))
        found.append(Ground(f"只做{names}的工作，不能兼任其他职责", "三员分立", granted=False))
    return found


async def delegations(session: AsyncSession, actor: Actor, *, at: datetime) -> tuple[DelegationView, ...]:
    """List one's own delegations, given and received, the newest first; old ones for a year."""
    one = await session.get(Account, actor.account_id)
    return await delegations_of(session, one, actor, at=at) if one else ()


async def delegations_of(
    session: AsyncSession, one: Account, actor: Actor, *, at: datetime
) -> tuple[DelegationView, ...]:
    """List the delegations of an account; the caller has established that they may be seen."""
    query = (
        select(Delegation)
        .where(or_(col(Delegation.from_id) == one.id, col(Delegation.to_id) == one.id))
        .order_by(col(Delegation.made_at).desc())
        .limit(50)
    )
    made = list(await session.scalars(query))
    ids = {account_id for each in made for account_id in (each.from_id, each.to_id)}
    people = {a.id: a for a in await session.scalars(select(Account).where(col(Account.id).in_(ids)))}
    return tuple(_shown(each, people[each.from_id], people[each.to_id], actor, at) for each in made)


async def delegation(session: AsyncSession, actor: Actor, delegation_id: UUID, *, at: datetime) -> DelegationView:
    """Give a delegation that the actor may end.

    :raises NotFound: there is none, or it is over, or it is none of the actor's business
    """
    made = await session.get(Delegation, delegation_id)
    if made is None or made.ended_at or actor.account_id not in {made.from_id, made.to_id, made.made_by}:
        raise NotFound("没有这项代理，或代理已结束")
    giver, taker = await session.get_one(Account, made.from_id), await session.get_one(Account, made.to_id)
    return _shown(made, giver, taker, actor, at)


def _shown(made: Delegation, giver: Account, taker: Account, actor: Actor, at: datetime) -> DelegationView:
    state = "over" if made.ended_at or made.valid_until <= at else "coming" if made.valid_from > at else "in_force"
    return DelegationView(
        id=made.id,
        from_login=giver.login,
        from_name=name_of(giver),
        to_login=taker.login,
        to_name=name_of(taker),
        valid_from=made.valid_from,
        valid_until=made.valid_until,
        reason=made.reason,
        state=state,
        worn=actor.account_id == taker.id and actor.stands_for == giver.id,
    )


async def unit_names(session: AsyncSession, actor: Actor) -> tuple[str, ...]:
    """Name every enabled unit the actor belongs to."""
    return tuple(unit.name for unit in (await units_by_id(session, actor.unit_ids)).values())
