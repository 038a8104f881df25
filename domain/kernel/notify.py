"""Announcements to open pages: sent in the transaction, heard after its commit."""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "fengqiao_changes"
_NOTIFY = text("SELECT pg_notify(:channel, :payload)").bindparams(channel=CHANNEL)


EVERYTHING = "*"
"""Kind and subject of what may have changed everything that is shown."""


async def announce_all(session: AsyncSession) -> None:
    """Tell every listening process that whatever is shown may have changed."""
    payload = json.dumps({"kind": EVERYTHING, "id": EVERYTHING})
    await session.execute(_NOTIFY, {"payload": payload})


async def announce(session: AsyncSession, kind: str, subject_id: UUID, **keys: str) -> None:
    """Tell every listening process that a subject changed.

    The payload holds ids and codes only: PostgreSQL may write it to disk.
    """
    payload = json.dumps({"kind": kind, "id": str(subject_id), **keys})
    await session.execute(_NOTIFY, {"payload": payload})
