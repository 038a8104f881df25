"""The morning brief (每日晨报) as PDF: one A4 page that bears who took it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.typeset import printable, typeset
from app.documents.workbook import CLASSIFIED
from domain.briefs import queries
from domain.briefs.schemas import BriefView
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.orgs import queries as orgs
from state.briefs import TONES, asks_shown, note_of, title_of

TEMPLATE = Path(__file__).with_name("brief.typ")


async def brief_pdf(session: AsyncSession, actor: Actor, day: date, *, at: datetime) -> bytes:
    """Print the brief of a day: figures, and what waits for a word, as the reader sees it now.

    :raises NotPermitted: the actor sees no figures or no cases
    :raises NotFound: the reader has no brief of that day
    """
    view = await queries.view(session, actor, day, at=at)
    taken = f"{CLASSIFIED}　导出人 {actor.name}　账号 {actor.login}　时间 {stamp(at)}"
    data = _data(view, await orgs.centre_name(session), actor.unit_name, taken)
    return await asyncio.to_thread(typeset, TEMPLATE, data, at=at)


def _data(view: BriefView, centre: str, unit: str, taken: str) -> dict[str, object]:
    return {
        "centre": centre,
        "unit": unit,
        "title": title_of(view.day),
        "period": view.days.word,
        "made": stamp(view.made_at),
        "figures": [
            {
                "label": one.figure.label, "count": f"{one.count:,}", "note": note_of(one),
                "says": one.figure.says, "tone": TONES.get(one.figure, "red") if one.count else "gray",
            }
            for one in view.figures
        ],
        "asks": [
            {
                "reason": one.reason, "number": one.number, "title": printable(one.title),
                "department": one.department or "尚未派单", "status": one.status, "due": one.due,
            }
            for one in asks_shown(view)
        ],
        "taken": printable(taken),
    }  # fmt: skip
