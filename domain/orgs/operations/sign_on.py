"""Writes: signing in at another provider, and who of its people is who of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id, new_token
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, BadCredentials, Locked, NotFound, NotPermitted
from domain.orgs import queries, rules
from domain.orgs.models import Account, SessionKind, SignInStep, SignOnLink
from domain.orgs.operations.signing import (
    LOCKED,
    UNGRANTED,
    await_code,
    is_locked,
    is_over,
    open_session,
    take_step,
)
from domain.orgs.schemas import SignIn

UNLINKED = "这个身份尚未关联本系统的账号，请先用账号和密码登录，在“我的账号”中关联"
_OVER = "登录已超时，请重新开始"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an answer of a provider is checked against, and whose link it is to become."""

    keep: str = field(repr=False)
    account_id: UUID | None


async def begin_sign_on(
    session: AsyncSession, provider: str, keep: str, *, origin: str, at: datetime, actor: Actor | None = None
) -> str:
    """Keep what a provider's answer will be checked against, and give its secret for the browser.

    :param actor: who links the own identity; none: somebody signs in
    """
    secret, row = new_token(256), new_id()
    session.add(
        SignInStep(
            id=row,
            digest=crypto.digest(secret),
            provider=provider,
            account_id=actor.account_id if actor else None,
            payload_sealed=crypto.seal("sign_in_step", "payload", row, keep),
            origin=origin,
            created_at=at,
            expires_at=at + rules.STEP_LIFE,
        )
    )
    return secret


async def take_sign_on(session: AsyncSession, secret: str, provider: str, *, at: datetime) -> Waiting | None:
    """Use up what was kept, right or wrong: no answer is looked at twice. None: it is over."""
    step = await take_step(session, secret, provider, at) if provider else None
    if step is None:
        return None
    step.ended_at = at
    return Waiting(crypto.unseal("sign_in_step", "payload", step.id, step.payload_sealed), step.account_id)


async def sign_on(
    session: AsyncSession, *, provider: str, subject: str, strong: bool, origin: str, at: datetime
) -> SignIn:
    """Let in whoever a provider proved, if linked to an account; it never makes one.

    :param strong: the proof counts as a second factor; only where the person made the link
    """
    link = (await session.scalars(_link_of(provider, subject))).one_or_none()
    account = await session.get(Account, link.account_id, with_for_update=True) if link else None
    if link is None or account is None or account.disabled_at or is_over(account, at):
        return SignIn(refusal=BadCredentials(UNLINKED))
    if is_locked(account, at):
        return SignIn(refusal=Locked(LOCKED))
    if not account.roles:
        return SignIn(refusal=NotPermitted(UNGRANTED))
    strong = strong and link.made_by == account.id
    if not strong and await queries.is_enrolled(session, account.id):
        return await await_code(session, account, origin, at)
    way = "certificate" if strong else "sign_on"
    return await open_session(session, account, kind=SessionKind.BROWSER, origin=origin, way=way, at=at)


async def link_own(session: AsyncSession, actor: Actor, provider: str, subject: str, *, at: datetime) -> None:
    """Link one's own identity at a provider to one's account.

    :raises NotPermitted: something is yet to be proved first
    :raises ActionNotAllowed: it is linked to another account
    """
    if actor.unproven:
        raise NotPermitted(rules.UNPROVEN[actor.unproven])
    await _link(session, actor, actor.account_id, provider, subject, at)


async def link_for(
    session: AsyncSession, actor: Actor, login: str, provider: str, subject: str, *, at: datetime
) -> None:
    """Link somebody's identity at a provider; it then proves one factor only.

    :raises NotPermitted: the actor does not grant roles
    :raises NotFound: there is no such account
    :raises ActionNotAllowed: it is linked to another account
    """
    actor.require(Permission.ROLE_GRANT)
    account_id = await session.scalar(select(col(Account.id)).where(col(Account.login) == login))
    if account_id is None:
        raise NotFound("没有这个账号")
    await _link(session, actor, account_id, provider, subject, at)


async def unlink_own(session: AsyncSession, actor: Actor, provider: str, *, at: datetime) -> None:
    """Take the links of one's own account with a provider away.

    :raises NotFound: there is none
    """
    mine = (col(SignOnLink.account_id) == actor.account_id, col(SignOnLink.provider) == provider)
    gone = await session.execute(delete(SignOnLink).where(*mine).returning(col(SignOnLink.id)))
    if not gone.all():
        raise NotFound("没有关联这种登录方式")
    detail = {"provider": provider}
    await journal.record(session, actor, "account.unlink", "account", actor.account_id, at=at, detail=detail)


async def _link(
    session: AsyncSession, actor: Actor, account_id: UUID, provider: str, subject: str, at: datetime
) -> None:
    held = (await session.scalars(_link_of(provider, subject))).one_or_none()
    if held is not None and held.account_id != account_id:
        raise ActionNotAllowed("这个身份已关联到另一个账号")
    if held is not None:
        held.made_by, held.made_at = actor.account_id, at
    else:
        session.add(
            SignOnLink(
                provider=provider,
                subject_digest=_digest(provider, subject),
                account_id=account_id,
                made_by=actor.account_id,
                made_at=at,
            )
        )
    detail = {"provider": provider}
    await journal.record(session, actor, "account.link", "account", account_id, at=at, detail=detail)


def _digest(provider: str, subject: str) -> bytes:
    return crypto.digest(f"{provider}|{subject}")


def _link_of(provider: str, subject: str) -> Select[tuple[SignOnLink]]:
    return select(SignOnLink).where(
        col(SignOnLink.provider) == provider, col(SignOnLink.subject_digest) == _digest(provider, subject)
    )
