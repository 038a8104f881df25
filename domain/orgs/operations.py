"""Writes: units, accounts, signing in and out."""

from __future__ import annotations

import asyncio
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id, new_token
from domain.kernel.permissions import PEOPLE_ROLES, Permission, Role
from domain.kernel.refusals import BadCredentials, Invalid, Locked, NotFound
from domain.orgs import queries, rules
from domain.orgs.models import Account, SessionKind, SignInSession, Unit, UnitKind
from domain.orgs.schemas import NewAccount, SignIn

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(new_token())
"""Checked when the account is unknown, so that the answer takes as long."""
_WRONG = "账号或密码不正确"


async def add_unit(
    session: AsyncSession, *, code: str, name: str, kind: UnitKind, phone: str = "", position: int = 0
) -> Unit:
    """This function will add a unit."""
    unit = Unit(code=code, name=name, kind=kind, phone=phone, position=position)
    session.add(unit)
    await session.flush()
    return unit


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
        password_hash=await asyncio.to_thread(_HASHER.hash, new.password),
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


async def sign_in(
    session: AsyncSession, *, login: str, password: str, kind: SessionKind, origin: str, at: datetime
) -> SignIn:
    """This function will check a password and open a session.

    A wrong password answers a refusal as a value: its count must be committed.
    """
    query = select(Account).where(col(Account.login) == login.strip()).with_for_update()
    account = (await session.scalars(query)).one_or_none()
    right = await _matches(account.password_hash if account else _NOBODY, password)
    if account is None:
        return SignIn(refusal=BadCredentials(_WRONG))
    if account.locked_until and account.locked_until > at:
        return SignIn(refusal=Locked("连续输错次数过多,账号已锁定 15 分钟,请稍后再试"))
    if not right or account.disabled_at:
        return await _failed(session, account, origin, at)
    actor = await queries.actor_of_account(session, account.id, origin=origin)
    if actor is None:
        return SignIn(refusal=BadCredentials(_WRONG))

    account.failures, account.locked_until = 0, None
    secret, expires_at = new_token(256), at + rules.ABSOLUTE
    session.add(
        SignInSession(
            digest=crypto.digest(secret),
            account_id=account.id,
            kind=kind,
            origin=origin,
            created_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
    )
    await journal.record(session, actor, "account.sign_in", "account", account.id, at=at)
    return SignIn(secret=secret, expires_at=expires_at, actor=actor)


async def _matches(stored: str, password: str) -> bool:
    try:
        return await asyncio.to_thread(_HASHER.verify, stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def _failed(session: AsyncSession, account: Account, origin: str, at: datetime) -> SignIn:
    unit = (await session.scalars(select(Unit).where(col(Unit.id) == account.unit_id))).one()
    account.failures += 1
    account.locked_until = rules.lock_after_failure(account.failures, at)
    if account.locked_until:
        account.failures = 0
    actor = queries.actor_from(account, unit, origin)
    await journal.record(
        session,
        actor,
        "account.sign_in_failed",
        "account",
        account.id,
        at=at,
        detail={"locked": account.locked_until is not None},
    )
    return SignIn(refusal=BadCredentials(_WRONG))


async def touch(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime) -> None:
    """This function will note that a session is in use, at most once a minute."""
    held = await queries.find_session(session, secret, kind)
    if held and not held.ended_at and at - held.seen_at >= rules.SEEN_EVERY:
        held.seen_at = at


async def sign_out(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime) -> None:
    """This function will end a session; an unknown one is no fault."""
    held = await queries.find_session(session, secret, kind)
    if held and not held.ended_at:
        held.ended_at = at


async def disable(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> None:
    """This function will disable an account and end its sessions.

    :raises NotPermitted: the actor does not manage accounts
    :raises NotFound: there is no such account
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await _by_login(session, login)
    account.disabled_at = at
    await _end_sessions(session, account, at)
    await journal.record(session, actor, "account.disable", "account", account.id, at=at)


async def reset_password(session: AsyncSession, actor: Actor, login: str, password: str, *, at: datetime) -> None:
    """This function will set a new password, unlock the account and end its sessions.

    :raises Invalid: the password is too weak
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await _by_login(session, login)
    fault = rules.password_fault(password, login)
    if fault:
        raise Invalid.of({"password": fault})
    account.password_hash = await asyncio.to_thread(_HASHER.hash, password)
    account.password_changed_at, account.failures, account.locked_until = at, 0, None
    account.disabled_at = None
    await _end_sessions(session, account, at)
    await journal.record(session, actor, "account.reset", "account", account.id, at=at)


async def _by_login(session: AsyncSession, login: str) -> Account:
    account = (await session.scalars(select(Account).where(col(Account.login) == login))).one_or_none()
    if account is None:
        raise NotFound("没有这个账号")
    return account


async def _end_sessions(session: AsyncSession, account: Account, at: datetime) -> None:
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.account_id) == account.id, col(SignInSession.ended_at).is_(None))
        .values(ended_at=at)
    )
