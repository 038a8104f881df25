"""Writes: one's own password and sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.refusals import Invalid, Locked, NotFound, Refusal
from domain.orgs import policy_values, rules
from domain.orgs.models import Account, PasswordPast, SignInSession
from domain.orgs.operations import passwords
from domain.orgs.operations.signing import LOCKED, end_sessions, failed, is_locked, unproven_of


async def change_password(session: AsyncSession, actor: Actor, old: str, new: str, *, at: datetime) -> Refusal | None:
    """Change one's own password; every other session of the account ends.

    A wrong old password is counted like one at the sign-in, hence answered as a value: it must be committed.

    :raises Invalid: the new one is too weak, or was used lately
    """
    account = await session.get(Account, actor.account_id, with_for_update=True)
    if account is None:
        raise NotFound("没有这个账号")
    if is_locked(account, at):
        return Locked(LOCKED)
    if not await passwords.matches(account.password_hash, old[:200]):
        await failed(session, account, actor.origin, at)
        if is_locked(account, at):
            await end_sessions(session, account.id, at=at)
        return Invalid.of({"old": "原密码不正确"})
    values = await policy_values.of(session)
    fault = "密码最长 200 位" if len(new) > 200 else await passwords.fault(session, account, new)
    if fault or await _was_used(session, account, new, values.password_history):
        raise Invalid.of({"new": fault or f"不能与当前密码或最近 {values.password_history} 次用过的密码相同"})

    await keep_past(session, account, at)
    account.password_hash = await passwords.hashed(new)
    account.password_changed_at, account.must_change_password, account.failures = at, False, 0
    await end_other_sessions(session, actor, at=at)
    await _go_on(session, actor, account, at)
    await journal.record(session, actor, "account.password", "account", account.id, at=at)
    return None


async def keep_past(session: AsyncSession, account: Account, at: datetime) -> None:
    """Remember the password an account is about to lose, and forget those too old to matter."""
    session.add(PasswordPast(account_id=account.id, password_hash=account.password_hash, ended_at=at))
    await session.flush()
    most = rules.BOUNDS["password_history"][1]
    kept = (
        select(col(PasswordPast.id))
        .where(col(PasswordPast.account_id) == account.id)
        .order_by(col(PasswordPast.ended_at).desc())
        .limit(most)
    )
    await session.execute(
        delete(PasswordPast).where(
            col(PasswordPast.account_id) == account.id, col(PasswordPast.id).not_in(kept.scalar_subquery())
        )
    )


async def _was_used(session: AsyncSession, account: Account, new: str, most: int) -> bool:
    past = (
        select(col(PasswordPast.password_hash))
        .where(col(PasswordPast.account_id) == account.id)
        .order_by(col(PasswordPast.ended_at).desc())
        .limit(most - 1)
    )
    hashes = [account.password_hash, *await session.scalars(past)]
    return any([await passwords.matches(stored, new) for stored in hashes])


async def _go_on(session: AsyncSession, actor: Actor, account: Account, at: datetime) -> None:
    # The session that waited for a new password waits for what comes next, or for its new secret.
    held = await session.get(SignInSession, actor.session_id, with_for_update=True) if actor.session_id else None
    if held is not None and held.unproven == "password":
        values = await policy_values.of(session)
        held.unproven = await unproven_of(session, account, held.way, values, at) or "renew"


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID, *, at: datetime) -> None:
    """End one of one's own sessions, its open pages too.

    :raises NotFound: no such session of one's own, or it is over
    """
    held = await session.get(SignInSession, session_id, with_for_update=True)
    if held is None or held.account_id != actor.account_id or held.ended_at:
        raise NotFound("没有这个登录，或已结束")
    held.ended_at = at
    await announce(session, "session", actor.account_id)
    detail = {"ended": "one"}
    await journal.record(session, actor, "account.end_sessions", "account", actor.account_id, at=at, detail=detail)


async def end_other_sessions(session: AsyncSession, actor: Actor, *, at: datetime) -> int:
    """End all of one's own sessions but this one, and tell how many they were."""
    ended = await session.execute(
        update(SignInSession)
        .where(
            col(SignInSession.account_id) == actor.account_id,
            col(SignInSession.id) != actor.session_id,
            col(SignInSession.ended_at).is_(None),
        )
        .values(ended_at=at)
        .returning(col(SignInSession.id))
    )
    count = len(ended.all())
    if count:
        await announce(session, "session", actor.account_id)
        detail = {"ended": count}
        await journal.record(session, actor, "account.end_sessions", "account", actor.account_id, at=at, detail=detail)
    return count
