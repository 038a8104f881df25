"""Writes: signing in and out, and what a session becomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import NO_UNIT, Actor
from domain.kernel.ids import new_token
from domain.kernel.notify import announce
from domain.kernel.permissions import Reach
from domain.kernel.refusals import BadCredentials, Locked, NotPermitted, OtpRequired, Refusal
from domain.orgs import policy_values, queries, rules
from domain.orgs.models import Account, SessionKind, SignInSession, SignInStep
from domain.orgs.operations import codes, passwords
from domain.orgs.rules import SecurityValues
from domain.orgs.schemas import SignIn

WRONG = "账号或密码不正确"
WRONG_CODE = "验证码不正确、已过期或已使用过"
LOCKED = "连续输错次数过多，账号已暂时锁定，请稍后再试，或请系统管理员解锁"
"""Without the time left: it would tell an account that exists from one that does not."""
UNGRANTED = "账号已建立，尚待安全管理员授权后才能使用"
OVER = "登录已超时，请重新输入账号和密码"


async def sign_in(
    session: AsyncSession, *, login: str, password: str, kind: SessionKind, origin: str, at: datetime, code: str = ""
) -> SignIn:
    """Check a password and open a session, or ask for the second factor.

    A browser then gets the secret of a half sign-in (`half`), with which only a code can be given; a program
    gives `code` along. A refusal is answered as a value: its count must be committed.
    """
    query = select(Account).where(col(Account.login) == login.strip()).with_for_update()
    account = (await session.scalars(query)).one_or_none()
    right = await passwords.matches(account.password_hash if account else None, password)
    if account is None:
        return SignIn(refusal=BadCredentials(WRONG))
    if refusal := await _barred(session, account, right, origin, at):
        return SignIn(refusal=refusal)
    if not await queries.is_enrolled(session, account.id):
        return await open_session(session, account, kind=kind, origin=origin, way="password", at=at)
    if kind is SessionKind.BROWSER:
        return await await_code(session, account, origin, at)
    if not code:
        return SignIn(refusal=OtpRequired("请在 otp 中给出动态口令或备用码"))
    return await _with_code(session, account, code, kind, origin, at)


async def _barred(session: AsyncSession, account: Account, right: bool, origin: str, at: datetime) -> Refusal | None:
    """Whether a password opens anything; a wrong one is counted."""
    if is_locked(account, at):
        return Locked(LOCKED)
    if not right or account.disabled_at or is_over(account, at):
        return await failed(session, account, origin, at)
    return None if account.roles else NotPermitted(UNGRANTED)


def is_locked(account: Account, at: datetime) -> bool:
    """Tell whether failures keep an account locked."""
    return account.locked_until is not None and account.locked_until > at


def is_over(account: Account, at: datetime) -> bool:
    """Tell whether a temporary account is over."""
    return account.valid_until is not None and account.valid_until <= at


async def finish_sign_in(session: AsyncSession, *, half: str, code: str, origin: str, at: datetime) -> SignIn:
    """Check the code that a half sign-in of a browser waits for, and open the session."""
    step = await take_step(session, half, "", at)
    account = await session.get(Account, step.account_id, with_for_update=True) if step else None
    if step is None or account is None:
        return SignIn(refusal=BadCredentials(OVER))
    if is_locked(account, at):
        return SignIn(refusal=Locked(LOCKED))
    if account.disabled_at or is_over(account, at) or not account.roles:
        return SignIn(refusal=BadCredentials(OVER))
    answer = await _with_code(session, account, code, SessionKind.BROWSER, origin, at)
    if answer.refusal is None or is_locked(account, at):
        step.ended_at = at
    return answer


async def _with_code(
    session: AsyncSession, account: Account, code: str, kind: SessionKind, origin: str, at: datetime
) -> SignIn:
    way = await codes.take(session, account.id, code, at)
    if not way:
        await failed(session, account, origin, at, factor=True)
        return SignIn(refusal=BadCredentials(WRONG_CODE))
    return await open_session(session, account, kind=kind, origin=origin, way=way, at=at)


async def await_code(session: AsyncSession, account: Account, origin: str, at: datetime) -> SignIn:
    """Open a half sign-in: its secret is good for giving a code and nothing else."""
    secret = new_token(256)
    session.add(
        SignInStep(
            digest=crypto.digest(secret),
            account_id=account.id,
            origin=origin,
            created_at=at,
            expires_at=at + rules.STEP_LIFE,
        )
    )
    return SignIn(half=secret, expires_at=at + rules.STEP_LIFE)


async def take_step(session: AsyncSession, secret: str, provider: str, at: datetime) -> SignInStep | None:
    """Find a sign-in under way and hold it; none when it is unknown, over or used."""
    query = select(SignInStep).where(
        col(SignInStep.digest) == crypto.digest(secret), col(SignInStep.provider) == provider
    )
    step = (await session.scalars(query.with_for_update())).one_or_none() if secret else None
    return step if step and step.ended_at is None and step.expires_at > at else None


async def open_session(
    session: AsyncSession, account: Account, *, kind: SessionKind, origin: str, way: str, at: datetime
) -> SignIn:
    """Open a session for an account whose person was proved.

    What else must be done first (`unproven`) is settled here; until then the session has no rights.
    """
    values = await policy_values.of(session)
    unproven = await unproven_of(session, account, way, values, at)
    new_address = await queries.is_new_address(session, account.id, origin)
    account.failures, account.lockouts, account.locked_until = 0, 0, None
    await _make_room(session, account.id, kind, values.sessions_per_account, at)
    secret, row = _new(account.id, kind, origin, at, values)
    row.way, row.unproven = way, unproven
    session.add(row)
    actor = await queries.actor_of_account(session, account.id, origin=origin)
    if actor is None:
        return SignIn(refusal=BadCredentials(WRONG))
    detail: dict[str, object] = {"way": way}
    if new_address:
        detail["new_address"] = True
    await journal.record(session, actor, "account.sign_in", "account", account.id, at=at, detail=detail)
    shown = actor.without_rights(unproven) if unproven else actor
    return SignIn(secret=secret, expires_at=row.expires_at, actor=shown)


async def unproven_of(session: AsyncSession, account: Account, way: str, values: SecurityValues, at: datetime) -> str:
    """Tell what an account must do before its session has rights; empty: nothing."""
    by_password = way not in {"certificate", "sign_on"}
    if by_password and (account.must_change_password or rules.is_aged(account.password_changed_at, at, values)):
        return "password"
    needed = way != "certificate" and rules.needs_second_factor(account.roles, values)
    return "second_factor" if needed and not await queries.is_enrolled(session, account.id) else ""


def _new(
    account_id: UUID, kind: SessionKind, origin: str, at: datetime, values: SecurityValues
) -> tuple[str, SignInSession]:
    secret = new_token(256)
    return secret, SignInSession(
        digest=crypto.digest(secret),
        account_id=account_id,
        kind=kind,
        origin=origin,
        idle_minutes=values.idle_minutes,
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(hours=values.absolute_hours),
    )


async def _make_room(session: AsyncSession, account_id: UUID, kind: SessionKind, most: int, at: datetime) -> None:
    # The oldest sessions end, so that with the new one there are no more than `most` of a kind.
    query = (
        select(SignInSession)
        .where(
            col(SignInSession.account_id) == account_id,
            col(SignInSession.kind) == kind,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > at,
        )
        .order_by(col(SignInSession.created_at).desc(), col(SignInSession.id).desc())
        .offset(most - 1)
    )
    old = (await session.scalars(query)).all()
    for row in old:
        row.ended_at = at
    if old:
        await announce(session, "session", account_id)


async def failed(
    session: AsyncSession, account: Account, origin: str, at: datetime, *, factor: bool = False
) -> Refusal:
    """Count a wrong password or code; too many in a row lock the account, each time for longer."""
    values = await policy_values.of(session)
    account.failures += 1
    locks = account.failures >= values.lock_after
    if locks:
        account.locked_until = at + rules.lock_for(account.lockouts, values)
        account.failures, account.lockouts = 0, account.lockouts + 1
    nobody = Actor(account.id, account.login, frozenset(), Reach.NONE, account.unit_id or NO_UNIT, origin=origin)
    actor = await queries.actor_of_account(session, account.id, origin=origin) or nobody
    action = "account.second_factor_failed" if factor else "account.sign_in_failed"
    await journal.record(session, actor, action, "account", account.id, at=at, detail={"locked": locks})
    return BadCredentials(WRONG)


async def renew(session: AsyncSession, secret: str, kind: SessionKind, *, origin: str, at: datetime) -> SignIn:
    """Give a session that has proved what was missing a new secret, and with it its rights.

    The old secret was known before the rights were: it must not come to have them (session fixation).
    """
    held = await queries.find_session(session, secret, kind)
    account = await session.get(Account, held.account_id, with_for_update=True) if held else None
    if held is None or account is None or held.ended_at or rules.is_over(
        held.seen_at, held.expires_at, at, held.idle_minutes
    ):  # fmt: skip
        return SignIn(refusal=BadCredentials(OVER))
    values = await policy_values.of(session)
    new, row = _new(account.id, kind, origin, at, values)
    row.way, row.stands_for, row.expires_at = held.way, held.stands_for, held.expires_at
    row.unproven = "" if held.unproven == "renew" else held.unproven
    held.ended_at = at
    session.add(row)
    await announce(session, "session", account.id)
    actor = await queries.actor_of_account(session, account.id, origin=origin)
    shown = actor.without_rights(row.unproven) if actor and row.unproven else actor
    return SignIn(secret=new, expires_at=row.expires_at, actor=shown)


async def touch(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime) -> None:
    """Note that a session is in use, at most once a minute."""
    held = await queries.find_session(session, secret, kind)
    if held and not held.ended_at and at - held.seen_at >= rules.SEEN_EVERY:
        held.seen_at = at


async def sign_out(session: AsyncSession, secret: str, kind: SessionKind, *, at: datetime, origin: str = "") -> None:
    """End a session; an unknown one is no fault."""
    held = await queries.find_session(session, secret, kind)
    if held is None or held.ended_at:
        return
    held.ended_at = at
    await announce(session, "session", held.account_id)
    actor = await queries.actor_of_account(session, held.account_id, origin=origin or held.origin)
    if actor is not None:
        await journal.record(session, actor, "account.sign_out", "account", held.account_id, at=at)


async def end_sessions(session: AsyncSession, account_id: UUID, *, at: datetime) -> None:
    """End every session of an account, and every sign-in of it that is under way."""
    for table in (SignInSession, SignInStep):
        await session.execute(
            update(table).where(col(table.account_id) == account_id, col(table.ended_at).is_(None)).values(ended_at=at)
        )
    await announce(session, "session", account_id)
