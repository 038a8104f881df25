"""Writes: the second factor of one's own account, its recovery codes, and its reset by the security administrator."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, Locked, NotFound, Refusal
from domain.orgs import policy_values, rules
from domain.orgs.models import Account, RecoveryCode, SecondFactor, SignInSession
from domain.orgs.operations import codes
from domain.orgs.operations.signing import LOCKED, WRONG_CODE, end_sessions, failed, is_locked
from domain.orgs.schemas import Enrolment

ISSUER = "枫桥"
_FIRST_PASSWORD = "请先修改密码"  # noqa: S105 - a sentence


async def begin_second_factor(session: AsyncSession, actor: Actor, *, at: datetime) -> Enrolment:
    """Make a new secret for an authenticator app; it is in force once a code confirms it.

    :raises ActionNotAllowed: there is one in force already, or the password must be changed first
    """
    if actor.unproven == "password":
        raise ActionNotAllowed(_FIRST_PASSWORD)
    factor = await _factor(session, actor)
    if factor is not None and factor.confirmed_at:
        raise ActionNotAllowed("已启用动态口令；更换手机请先停用再重新设置")
    secret = codes.fresh_secret()
    if factor is None:
        factor = SecondFactor(id=new_id(), account_id=actor.account_id, secret_sealed=b"", begun_at=at)
        session.add(factor)
    factor.secret_sealed = crypto.seal("second_factor", "secret", factor.id, secret)
    factor.begun_at, factor.last_step = at, 0
    return Enrolment(secret, uri_of(secret, actor.login))


async def confirm_second_factor(session: AsyncSession, actor: Actor, code: str, *, at: datetime) -> tuple[str, ...]:
    """Put the second factor in force and answer its recovery codes, which are shown once.

    Every other session of the account ends; this one has its rights with its next secret (`renew`).

    :raises Invalid: the code does not fit the secret
    :raises ActionNotAllowed: nothing was begun, or it is in force already
    """
    if actor.unproven == "password":
        raise ActionNotAllowed(_FIRST_PASSWORD)
    factor = await _factor(session, actor)
    if factor is None or factor.confirmed_at:
        raise ActionNotAllowed("请先开始设置动态口令")
    secret = crypto.unseal("second_factor", "secret", factor.id, factor.secret_sealed)
    step = codes.matching_step(secret, code[:40], at, 0)
    if not step:
        raise Invalid.of({"code": "验证码不正确，请核对手机时间后输入当前的 6 位数字"})
    factor.confirmed_at, factor.last_step = at, step
    shown = await _new_recovery_codes(session, actor)
    await _end_others(session, actor, at)
    held = await session.get(SignInSession, actor.session_id, with_for_update=True) if actor.session_id else None
    if held is not None:
        held.way = "second_factor"
        held.unproven = "renew" if held.unproven == "second_factor" else held.unproven
    await journal.record(session, actor, "account.second_factor_set", "account", actor.account_id, at=at)
    return shown


async def remove_second_factor(session: AsyncSession, actor: Actor, code: str, *, at: datetime) -> Refusal | None:
    """Take one's own second factor out of force, for a new phone; a wrong code is counted.

    Where it is asked of the account, the session has no rights until a new one is set.
    A refusal is answered as a value: its count must be committed.
    """
    refusal = await _proved(session, actor, code, at)
    if refusal is not None:
        return refusal
    await _forget(session, actor.account_id)
    await _end_others(session, actor, at)
    values = await policy_values.of(session)
    account = await session.get(Account, actor.account_id)
    held = await session.get(SignInSession, actor.session_id) if actor.session_id else None
    if held is not None and account is not None and rules.needs_second_factor(account.roles, values):
        held.unproven = "second_factor"
    await journal.record(session, actor, "account.second_factor_removed", "account", actor.account_id, at=at)
    return None


async def new_recovery_codes(
    session: AsyncSession, actor: Actor, code: str, *, at: datetime
) -> tuple[tuple[str, ...], Refusal | None]:
    """Replace one's recovery codes; a wrong code is counted and answered as a value."""
    refusal = await _proved(session, actor, code, at)
    if refusal is not None:
        return (), refusal
    shown = await _new_recovery_codes(session, actor)
    await journal.record(session, actor, "account.recovery_codes", "account", actor.account_id, at=at)
    return shown, None


async def reset_second_factor(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> None:
    """Take the second factor from an account whose person lost it, and end its sessions.

    The password stays: that one the system administrator resets, so that neither of the two can sign in as
    somebody else alone.

    :raises NotPermitted: the actor does not grant roles
    :raises NotFound: no such account, or it has no second factor
    :raises ActionNotAllowed: it is the actor's own account
    """
    actor.require(Permission.ROLE_GRANT)
    query = select(Account).where(col(Account.login) == login).with_for_update()
    account = (await session.scalars(query)).one_or_none()
    if account is None:
        raise NotFound("没有这个账号")
    if account.id == actor.account_id:
        raise ActionNotAllowed("不能重置自己的动态口令；请用备用码，或由另一名安全管理员重置")
    if not await _forget(session, account.id):
        raise NotFound("这个账号没有启用动态口令")
    await end_sessions(session, account.id, at=at)
    await journal.record(session, actor, "account.second_factor_reset", "account", account.id, at=at)


def uri_of(secret: str, login: str) -> str:
    """Write what an authenticator app reads from the QR picture; it names no person."""
    issuer = quote(ISSUER)
    return f"otpauth://totp/{issuer}:{quote(login)}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"


async def _factor(session: AsyncSession, actor: Actor) -> SecondFactor | None:
    query = select(SecondFactor).where(col(SecondFactor.account_id) == actor.account_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def _proved(session: AsyncSession, actor: Actor, code: str, at: datetime) -> Refusal | None:
    account = await session.get(Account, actor.account_id, with_for_update=True)
    if account is None:
        return NotFound("没有这个账号")
    if is_locked(account, at):
        return Locked(LOCKED)
    if await codes.take(session, account.id, code, at):
        return None
    await failed(session, account, actor.origin, at, factor=True)
    if is_locked(account, at):
        await end_sessions(session, account.id, at=at)
    return Invalid.of({"code": WRONG_CODE})


async def _new_recovery_codes(session: AsyncSession, actor: Actor) -> tuple[str, ...]:
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == actor.account_id))
    shown, rows = codes.fresh_recovery_codes(actor.account_id)
    session.add_all(rows)
    return shown


async def _forget(session: AsyncSession, account_id: object) -> bool:
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    gone = await session.execute(
        delete(SecondFactor).where(col(SecondFactor.account_id) == account_id).returning(col(SecondFactor.confirmed_at))
    )
    return any(row[0] is not None for row in gone)


async def _end_others(session: AsyncSession, actor: Actor, at: datetime) -> None:
    await session.execute(
        update(SignInSession)
        .where(
            col(SignInSession.account_id) == actor.account_id,
            col(SignInSession.id) != actor.session_id,
            col(SignInSession.ended_at).is_(None),
        )
        .values(ended_at=at)
    )
    await announce(session, "session", actor.account_id)
