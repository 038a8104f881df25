"""Forget sign-ins that are over for long; that they were stands in the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.orgs.models import SignInSession, SignInStep


async def forget_sessions(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete some of the sign-ins that ended before a moment, and answer how many."""
    ended = func.least(col(SignInSession.ended_at), col(SignInSession.expires_at))
    some = select(col(SignInSession.id)).where(ended < before).limit(limit)
    gone = delete(SignInSession).where(col(SignInSession.id).in_(some)).returning(col(SignInSession.id))
    return len((await session.scalars(gone)).all())


async def forget_steps(session: AsyncSession, before: datetime) -> int:
    """Delete the sign-ins under way that were over before a moment, and answer how many."""
    gone = delete(SignInStep).where(col(SignInStep.expires_at) < before).returning(col(SignInStep.id))
    return len((await session.scalars(gone)).all())
