"""The automatic yellow and red card: a supervision that the clock puts on a case (row 38)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import Link
from domain.cases.models import Case, Supervision
from domain.kernel import journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.notify import announce

ROW, ACTION = "38", "case.auto_card"
_ORDER = tuple(Supervision).index


async def raise_card(
    session: AsyncSession, actor: Actor, case: Case, level: Supervision, link: Link, at: datetime
) -> bool:
    """Raise the card of a level on a case that the caller has locked.

    An equal or higher supervision stays as it stands, red supersedes yellow; the journal and
    the outbox hear of the card in any case. It changes nothing that a person's form depends
    on: the case keeps its version. Answers whether the flag changed.
    """
    flagged = case.supervision is None or _ORDER(level) > _ORDER(case.supervision)
    if flagged:
        case.supervision, case.supervised_by = level, actor.account_id
        case.supervision_link, case.supervision_auto = link, True
        case.updated_at = at
    detail = {
        "row": ROW,
        "number": case.number,
        "from": case.status.value,
        "to": case.status.value,
        "version": case.version,
        "level": level.value,
        "link": link.value,
        "flagged": flagged,
    }
    entry = await journal.record(session, actor, ACTION, "case", case.id, at=at, detail=detail)
    payload: dict[str, Any] = {
        "number": case.number,
        "row": ROW,
        "from": case.status.value,
        "to": case.status.value,
        "journal": entry.seq,
        "level": level.value,
        "link": link.value,
        "units": [],
    }
    outbox.publish(session, ACTION, case.id, payload, at=at)
    await announce(session, "case", case.id, number=case.number, action="auto_card")
    return flagged
