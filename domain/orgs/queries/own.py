"""Reads of one's own account: sessions, second factor, last sign-ins, links to other providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.orgs import policy_values, rules
from domain.orgs.models import Account, RecoveryCode, SecondFactor, SessionKind, SignInSession, SignOnLink

WAYS = {
    "password": "密码",
    "second_factor": "密码和动态口令",
    "recovery": "密码和备用码",
    "sign_on": "统一身份认证",
    "certificate": "数字证书",
}
_SIGN_INS = {
    "account.sign_in": "登录成功",
    "account.sign_in_failed": "密码错误",
    "account.second_factor_failed": "动态口令错误",
    "account.sign_out": "退出登录",
}


@dataclass(frozen=True, slots=True)
class OwnSession:
    id: UUID
    kind: SessionKind
    origin: str
    way: str
    created_at: datetime
    seen_at: datetime
    this: bool


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """One sign-in of one's own account, or one that failed."""

    at: datetime
    origin: str
    what: str
    fine: bool
    new_address: bool


@dataclass(frozen=True, slots=True)
class Security:
    """How an account is protected."""

    enrolled_at: datetime | None
    recovery_codes: int
    needs_second_factor: bool
    password_at: datetime
    must_change: bool
    links: tuple[str, ...]


async def is_enrolled(session: AsyncSession, account_id: UUID) -> bool:
    """Tell whether an account has a second factor in force."""
    query = select(SecondFactor.id).where(
        col(SecondFactor.account_id) == account_id, col(SecondFactor.confirmed_at).is_not(None)
    )
    return await session.scalar(query) is not None


async def is_new_address(session: AsyncSession, account_id: UUID, origin: str) -> bool:
    """Tell whether an account signed in before, but never from this address."""
    address = origin.partition(" ")[0]
    here = func.split_part(col(SignInSession.origin), " ", 1) == address
    query = select(func.count(), func.count().filter(here)).where(col(SignInSession.account_id) == account_id)
    times, times_here = (await session.execute(query)).one()
    return times > 0 and times_here == 0


async def own_sessions(session: AsyncSession, actor: Actor, at: datetime) -> tuple[OwnSession, ...]:
    """List one's own open sessions, this one first, then the one used last."""
    query = (
        select(SignInSession)
        .where(
            col(SignInSession.account_id) == actor.account_id,
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > at,
        )
        .order_by(col(SignInSession.seen_at).desc())
    )
    rows = [
        row
        for row in await session.scalars(query)
        if not rules.is_over(row.seen_at, row.expires_at, at, row.idle_minutes)
    ]
    found = [
        OwnSession(
            row.id,
            row.kind,
            row.origin,
            WAYS.get(row.way, row.way),
            row.created_at,
            row.seen_at,
            row.id == actor.session_id,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: not one.this))


async def own_sign_ins(session: AsyncSession, actor: Actor, *, limit: int = 12) -> tuple[OwnSignIn, ...]:
    """List the last sign-ins of one's own account, failed ones too, the newest first."""
    query = (
        select(JournalEntry)
        .where(
            col(JournalEntry.subject_kind) == "account",
            col(JournalEntry.subject_id) == actor.account_id,
            col(JournalEntry.action).in_(_SIGN_INS),
        )
        .order_by(col(JournalEntry.seq).desc())
        .limit(limit)
    )
    return tuple(
        OwnSignIn(
            line.at,
            line.origin,
            _SIGN_INS[line.action],
            not line.action.endswith("_failed"),
            bool(line.detail.get("new_address")),
        )
        for line in await session.scalars(query)
    )


async def own_security(session: AsyncSession, actor: Actor) -> Security:
    """Tell how one's own account is protected."""
    account = await session.get_one(Account, actor.account_id)
    enrolled_at = await session.scalar(
        select(col(SecondFactor.confirmed_at)).where(col(SecondFactor.account_id) == actor.account_id)
    )
    left = await session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(col(RecoveryCode.account_id) == actor.account_id, col(RecoveryCode.used_at).is_(None))
    )
    links = await session.scalars(
        select(col(SignOnLink.provider)).where(col(SignOnLink.account_id) == actor.account_id).order_by("provider")
    )
    values = await policy_values.of(session)
    return Security(
        enrolled_at=enrolled_at,
        recovery_codes=left or 0,
        needs_second_factor=rules.needs_second_factor(account.roles, values),
        password_at=account.password_changed_at,
        must_change=account.must_change_password,
        links=tuple(links),
    )
