"""Sign-ins that are over for long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, String, cast, func, select
from sqlmodel import col

from domain.orgs.models import SignInSession, SignInStep


def old_sessions(before: datetime) -> Select[tuple[str, datetime]]:
    """Give id and moment of the sign-ins that ended before a moment."""
    ended = func.least(col(SignInSession.ended_at), col(SignInSession.expires_at))
    return select(cast(col(SignInSession.id), String), col(SignInSession.created_at)).where(ended < before)


def old_steps(before: datetime) -> Select[tuple[str, datetime]]:
    """Give id and moment of the sign-ins under way that were over before a moment."""
    over = col(SignInStep.expires_at) < before
    return select(cast(col(SignInStep.id), String), col(SignInStep.created_at)).where(over)
