"""Acts on a case beside the steps of its table: the status stays, and whoever looked before is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import Case
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.notify import announce


async def leave_trace(
    session: AsyncSession, actor: Actor, case: Case, act: str, *, at: datetime, **more: object
) -> None:
    case.version += 1
    case.updated_at = at
    status = case.status.value
    detail = {"number": case.number, "from": status, "to": status, "version": case.version, **more}
    await journal.record(session, actor, f"case.{act}", "case", case.id, at=at, detail=detail)
    await announce(session, "case", case.id, number=case.number, action=act)
