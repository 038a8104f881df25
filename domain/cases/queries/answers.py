"""What the petitioner reads of a result, and what the petitioner said to it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.answering import AnswerView, RatingView
from domain.cases.models import Attachment, Case, Satisfaction
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry, StoredFile

RESULTS = (Action.SUBMIT_RESULT, Action.CITY_RESULT)


async def response(session: AsyncSession, case_id: UUID) -> str:
    """Give the petitioner's last answer to a result in words; empty when there is none."""
    query = (
        select(JournalEntry)
        .where(
            col(JournalEntry.subject_id) == case_id,
            col(JournalEntry.action) == f"case.{Action.PETITIONER_RESPOND.value}",
        )
        .order_by(col(JournalEntry.seq).desc())
        .limit(1)
    )
    entry = (await session.scalars(query)).first()
    return str(entry.detail.get("opinion", "")) if entry else ""


async def pictures_shown(session: AsyncSession, case: Case) -> tuple[StoredFile, ...]:
    """Give the pictures that the petitioner sees: those that came with the newest result, if they are shown."""
    if not case.show_pictures or case.answered_at is None:
        return ()
    query = (
        select(Attachment.journal_seq, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(Attachment.file_id))
        .where(col(Attachment.case_id) == case.id, col(Attachment.action).in_(RESULTS))
        .order_by(col(Attachment.added_at), col(Attachment.id))
    )
    rows = (await session.execute(query)).all()
    newest = max((seq for seq, _ in rows), default=0)
    return tuple(file for seq, file in rows if seq == newest)


async def shown(session: AsyncSession, case: Case) -> AnswerView:
    """Give what the petitioner reads of a result, and what the petitioner said to it."""
    said = await response(session, case.id) if case.responded_at else None
    return AnswerView(
        text=case.answer or case.result,
        published_at=case.answered_at,
        object_until=case.object_until,
        show_pictures=case.show_pictures,
        agrees=case.agrees,
        responded_at=case.responded_at,
        response=said or "",
    )


def ratings(case: Case) -> tuple[RatingView, ...]:
    """Whoever rated, in person or by telephone, and the call back."""
    given = (
        ("诉求人评价", case.satisfaction, case.rated_at, case.rating_comment),
        ("登记员代诉求人评价", case.unit_satisfaction, case.unit_rated_at, case.unit_rating_comment),
        ("回访", case.call_outcome, case.called_at, ""),
    )
    return tuple(
        RatingView(label, said.label, at, comment, isinstance(said, Satisfaction) and said.is_bad)
        for label, said, at, comment in given
        if said and at
    )
