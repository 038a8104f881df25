"""What a history leaves to be read is set in full-width marks: record, notices, messages, deadlines."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import notes
from domain.calendar.models import Deadline
from domain.calendar.queries import calendar_of
from domain.calendar.schemas import explain
from domain.kernel.models import JournalEntry
from domain.notices import rules as notices
from domain.notices.models import Occasion
from domain.tracking import rules as tracking
from tests.support.histories import Walk
from tests.support.typography import halves


async def test_records_and_deadlines_of_a_history(session: AsyncSession) -> None:
    walk = await Walk.begin(session, seed=21, cases=4)
    for _ in range(150):
        await walk.step()
    entries = list(await session.scalars(select(JournalEntry)))
    said = [notes.said(entry.action, entry.detail, {}) for entry in entries]
    work = await calendar_of(session)
    said += [explain(deadline, work) for deadline in await session.scalars(select(Deadline))]

    assert len(said) > 150
    assert not [text for text in said if halves(text)]


@pytest.mark.parametrize("occasion", Occasion)
def test_messages(occasion: Occasion) -> None:
    sent = {"sender": "县综治中心", "number": "QX202611020001", "link": "https://fq.example/t/x"}

    texts = [notices.text_of(occasion, code="123456", **sent), notices.joined_text_of(occasion, **sent)]

    assert not [text for text in texts if halves(text)]


@pytest.mark.parametrize(("agrees", "comment"), list(product((True, False), ("", "没有落实"))))
def test_answers_of_the_petitioner(agrees: bool, comment: str) -> None:
    assert not halves(tracking.opinion_of(agrees, comment))
