"""Writes: accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import PEOPLE_ROLES, Permission, Role
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import rules
from domain.orgs.models import Account, Unit
from domain.orgs.operations import passwords
from domain.orgs.operations.signing import end_sessions
from domain.orgs.schemas import NewAccount


async def add_account(session: AsyncSession, actor: Actor, new: NewAccount, *, at: datetime) -> Account:
    """This function will add an account.

    :raises NotPermitted: the actor does not manage accounts
    :raises Invalid: login taken, weak password, unknown role or unit
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    unit = (await session.scalars(select(Unit).where(col(Unit.code) == new.unit_code))).one_or_none()
    taken = await session.scalar(select(Account.id).where(col(Account.login) == new.login))
    faults = {
        "login": "账号已存在" if taken else ("" if new.login else "请填写账号"),
        "password": rules.password_fault(new.password, new.login),
        "unit": "" if unit else "没有这个单位",
        "roles": "" if new.roles and set(new.roles) <= set(PEOPLE_ROLES) else "没有这个角色",
    }
    faults = {name: sentence for name, sentence in faults.items() if sentence}
    if faults or unit is None:
        raise Invalid.of(faults)

    account_id = new_id()
    roles = frozenset(Role(role) for role in new.roles)
    account = Account(
        id=account_id,
        login=new.login,
        name_sealed=crypto.seal("account", "name", account_id, new.name),
        password_hash=await passwords.hashed(new.password),
        roles=sorted(roles),
        reach=rules.widest_reach(roles),
        unit_id=unit.id,
        area_path=new.area_path,
        created_at=at,
        password_changed_at=at,
    )
    session.add(account)
    await journal.record(session, actor, "account.add", "account", account_id, at=at, detail={"roles": account.roles})
    return account


async def disable(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> None:
    """This function will disable an account and end its sessions.

    :raises NotPermitted: the actor does not manage accounts
    :raises NotFound: there is no such account
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login)
    account.disabled_at = at
    await end_sessions(session, account.id, at=at)
    await journal.record(session, actor, "account.disable", "account", account.id, at=at)


async def reset_password(session: AsyncSession, actor: Actor, login: str, password: str, *, at: datetime) -> None:
    """This function will set a new password, unlock the account and end its sessions.

    :raises Invalid: the password is too weak
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login)
    fault = rules.password_fault(password, login)
    if fault:
        raise Invalid.of({"password": fault})
    account.password_hash = await passwords.hashed(password)
    account.password_changed_at, account.failures, account.locked_until = at, 0, None
    account.disabled_at = None
    await end_sessions(session, account.id, at=at)
    await journal.record(session, actor, "account.reset", "account", account.id, at=at)


async def by_login(session: AsyncSession, login: str) -> Account:
    """This function will find an account.

    :raises NotFound: there is none
    """
    account = (await session.scalars(select(Account).where(col(Account.login) == login))).one_or_none()
    if account is None:
        raise NotFound("没有这个账号")
    return account
