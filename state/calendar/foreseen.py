"""What a change of the rules of time would do to open cases, in words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.schemas import Preview
from domain.kernel.actor import Actor
from domain.supervision.queries import foreseen
from state.kit.dialogs import Foreseen

AMONG = "其中（最多列出 10 件，将超期的在前）："
THEN = "确认后，每件变动的案件都会记下原时限、新时限和依据。"


async def shown(session: AsyncSession, actor: Actor, preview: Preview, *, at: datetime) -> Foreseen:
    """Show a preview by cases."""
    seen = await foreseen(session, actor, preview, at=at)
    return Foreseen(seen.sentence, list(seen.examples), AMONG, THEN)
