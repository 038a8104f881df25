"""Why cases are watched, set aside as legacy, or held up as typical, as a list tells it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.queries.narrowing import TAG_WORDS
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry

MOST = 200
"""Signs of a reason that a row shows."""
_REASONED = ("watch", "legacy", "typical")
_LONG_NUMBER = re.compile(r"\d{7,}[Xx]?")


def without_numbers(text: str) -> str:
    """Cut the numbers of phones and papers in a free text.

    A list is read without a line in the journal of the case: they stay in the case.
    """
    return _LONG_NUMBER.sub(lambda digits: f"{digits[0][:3]}****", text)


def told_by(wanted: CaseFilter) -> tuple[str, ...]:
    """Name the marks that a list is about and that have a reason."""
    return tuple(mark for mark in _REASONED if mark == wanted.view or mark in wanted.tags)


async def reasons_of(session: AsyncSession, cases: Sequence[Case], marks: Collection[str]) -> list[str]:
    """Give the reason of each case, of several marks each with its name; read by one statement for all."""
    aside = await _set_aside(session, [case.id for case in cases if case.legacy]) if "legacy" in marks else {}

    def of(case: Case) -> str:
        known = {
            "watch": case.watch_reason if case.watch else "",
            "legacy": aside.get(case.id, ""),
            "typical": case.typical_text if case.typical else "",
        }
        named = [(TAG_WORDS[mark], " ".join(known[mark].split())) for mark in marks]
        told = without_numbers("；".join(f"{word}：{text}" if len(marks) > 1 else text for word, text in named if text))
        return told if len(told) <= MOST else f"{told[:MOST]}…"

    return [of(case) for case in cases]


async def _set_aside(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    # the opinion of the last step; the case itself keeps none
    query = (
        select(col(JournalEntry.subject_id), col(JournalEntry.detail)["opinion"].astext)
        .where(col(JournalEntry.subject_id).in_(ids), col(JournalEntry.action) == f"case.{Action.TOGGLE_LEGACY}")
        .order_by(col(JournalEntry.seq))
    )
    return {row[0]: row[1] or "" for row in await session.execute(query)} if ids else {}
