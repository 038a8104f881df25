"""Which sessions still hold, asked for many at once and by digest: nobody keeps the secrets themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.orgs import rules
from domain.orgs.models import Account, SessionKind, SignInSession


async def in_force(session: AsyncSession, digests: Collection[bytes], *, at: datetime) -> dict[bytes, UUID]:
    """Give, of some digests of browsers' sessions, those that hold, each with its account."""
    query = (
        select(
            col(SignInSession.digest),
            col(SignInSession.account_id),
            col(SignInSession.seen_at),
            col(SignInSession.expires_at),
            col(SignInSession.idle_minutes),
        )
        .join(Account, col(Account.id) == col(SignInSession.account_id))
        .where(
            col(SignInSession.digest).in_(digests),
            col(SignInSession.kind) == SessionKind.BROWSER,
            col(SignInSession.ended_at).is_(None),
            col(Account.disabled_at).is_(None),
            or_(col(Account.valid_until).is_(None), col(Account.valid_until) > at),
        )
    )
    rows = await session.execute(query)
    return {
        row.digest: row.account_id
        for row in rows
        if not rules.is_over(row.seen_at, row.expires_at, at, row.idle_minutes)
    }
