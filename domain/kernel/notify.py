"""Announcements to open pages: sent with the last statement of the act, heard after its commit."""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import writing

CHANNEL = writing.CHANNEL
EVERYTHING = "*"
"""Kind and subject of what may have changed everything that is shown."""


async def announce_all(session: AsyncSession) -> None:
    """Tell every listening process that whatever is shown may have changed."""
    writing.announce(session.sync_session, json.dumps({"kind": EVERYTHING, "id": EVERYTHING}))


async def announce(session: AsyncSession, kind: str, subject_id: UUID, **keys: str) -> None:
    """Tell every listening process that a subject changed.

    The payload holds ids and codes only: PostgreSQL may write it to disk.
    """
    writing.announce(session.sync_session, json.dumps({"kind": kind, "id": str(subject_id), **keys}))
