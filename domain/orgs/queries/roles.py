"""Reads of roles."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.permissions import (
    DEFAULT_LEVEL,
    DEFAULT_REACH,
    GRANTS,
    PEOPLE_ROLES,
    READ_ONLY_ROLES,
    Duty,
    Permission,
    Role,
    duty_of,
)
from domain.kernel.refusals import NotPermitted
from domain.orgs.models import Account, CustomRole
from domain.orgs.schemas import RoleView


async def codes_known(session: AsyncSession) -> dict[str, CustomRole]:
    """Give the custom roles in use by their codes."""
    rows = await session.scalars(select(CustomRole).where(col(CustomRole.ended_at).is_(None)))
    return {one.code: one for one in rows}


async def others_of_duty(session: AsyncSession, duty: Duty, account_id: UUID) -> int:
    """Count the enabled accounts of a duty besides one."""
    roles = [role.value for role in PEOPLE_ROLES if duty_of(role) is duty]
    query = select(func.count()).where(
        col(Account.roles).overlap(roles), col(Account.disabled_at).is_(None), col(Account.id) != account_id
    )
    return await session.scalar(query) or 0


def require_administrator(actor: Actor) -> None:
    """Refuse who neither manages accounts, nor grants roles, nor answers for a unit's people.

    :raises NotPermitted: none of these
    """
    wanted = (
        Permission.ACCOUNT_MANAGE,
        Permission.ROLE_GRANT,
        Permission.ACCOUNT_PROPOSE,
        Permission.WORK_HAND_OVER,
    )
    if not any(actor.may(permission) for permission in wanted):
        raise NotPermitted("账号和角色由系统管理员、安全管理员查看和设置")


async def roles(session: AsyncSession, actor: Actor) -> tuple[RoleView, ...]:
    """List every role, the built-in ones first, with how many accounts hold each.

    :raises NotPermitted: the actor administers neither accounts nor rights
    """
    require_administrator(actor)
    code = func.unnest(col(Account.role_codes)).label("code")
    held = select(code).subquery()
    rows = await session.execute(select(held.c.code, func.count()).group_by(held.c.code))
    counts = {row[0]: row[1] for row in rows}
    made = (await codes_known(session)).values()
    return (
        *(_of_built_in(role, counts.get(role.value, 0)) for role in PEOPLE_ROLES),
        *(_of_custom(one, counts.get(one.code, 0)) for one in sorted(made, key=lambda one: one.name)),
    )


def _of_built_in(role: Role, accounts: int) -> RoleView:
    return RoleView(
        code=role.value,
        name=role.label,
        built_in=True,
        acts_as=role,
        duty=duty_of(role),
        permissions=tuple(p for p in Permission if p in GRANTS[role]),
        reach=DEFAULT_REACH[role],
        field_level=DEFAULT_LEVEL[role],
        barred_actions=(),
        barred_places=(),
        read_only=role in READ_ONLY_ROLES,
        accounts=accounts,
    )


def _of_custom(one: CustomRole, accounts: int) -> RoleView:
    return RoleView(
        code=one.code,
        name=one.name,
        built_in=False,
        acts_as=one.acts_as,
        duty=duty_of(one.acts_as),
        permissions=tuple(p for p in Permission if p.value in one.permissions),
        reach=one.reach,
        field_level=one.field_level,
        barred_actions=tuple(one.barred_actions),
        barred_places=tuple(one.barred_places),
        read_only=one.read_only,
        accounts=accounts,
        note=one.note,
    )
