"""Writes: signing in and out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import NO_UNIT, Actor
from domain.kernel.ids import new_token
from domain.kernel.permissions import Reach
from domain.kernel.refusals import BadCredentials, Locked, NotPermitted
from domain.orgs import queries, rules
from domain.orgs.models import Account, SessionKind, SignInSession
from domain.orgs.operations import passwords
from domain.orgs.schemas import SignIn

_WRONG = "账号或密码不正确"


async def sign_in(
    session: AsyncSession, *, login: str, password: str, kind: SessionKind, origin: str, at: datetime
) -> SignIn:
    """This function will check a password and open a session.

    A wrong password answers a refusal as a value: its count must be committed.
    """
    query = select(Account).where(col(Account.login) == login.strip()).with_for_update()
    account = (await session.scalars(query)).one_or_none()
    right = await passwords.matches(account.password_hash if account else None, password)
    if account is None:
        return SignIn(refusal=BadCredentials(_WRONG))
    if account.locked_until and account.locked_until > at:
        return SignIn(refusal=Locked("连续输错次数过多,账号已锁定 15 分钟,请稍后再试"))
    if not right or account.disabled_at:
        return await _failed(session, account, origin, at)
    actor = await queries.actor_of_account(session, account.id, origin=origin)
    if actor is None or (account.valid_until and account.valid_until <= at):
        return SignIn(refusal=BadCredentials(_WRONG))
    if not account.roles:
        return SignIn(refusal=NotPermitted("账号已建立,尚待安全管理员授权后才能使用"))

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


async def _failed(session: AsyncSession, account: Account, origin: str, at: datetime) -> SignIn:
    account.failures += 1
    account.locked_until = rules.lock_after_failure(account.failures, at)
    if account.locked_until:
        account.failures = 0
    nobody = Actor(account.id, account.login, frozenset(), Reach.NONE, account.unit_id or NO_UNIT, origin=origin)
    actor = await queries.actor_of_account(session, account.id, origin=origin) or nobody
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


async def end_sessions(session: AsyncSession, account_id: UUID, *, at: datetime) -> None:
    """This function will end every session of an account."""
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.account_id) == account_id, col(SignInSession.ended_at).is_(None))
        .values(ended_at=at)
    )
