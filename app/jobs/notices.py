"""What people are told when a case moves: outbox topics to notices on screen and short messages.

Each handler runs in the transaction that marks its outbox message done, and writes to the
database alone: a crash leaves either both or neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Status
from domain.kernel.models import OutboxMessage
from domain.notices import operations as notices
from domain.notices import queries as notice_queries
from domain.notices import rules
from domain.notices.models import Occasion
from domain.tracking import operations as tracking
from domain.tracking import queries as tracking_queries
from domain.tracking.schemas import NoticeFacts

CASE = "case."
"""What the topics of cases begin with."""


@dataclass(frozen=True, slots=True)
class Job:
    """Carry one outbox message to its handler."""

    session: AsyncSession
    message: OutboxMessage
    base_url: str
    at: datetime


Handler = Callable[[Job], Awaitable[None]]


async def pass_on(job: Job) -> None:
    """Tell whoever hears of what happened to a case: on screen, and the petitioners by message."""
    topic, payload = job.message.topic.removeprefix(CASE), job.message.payload
    told = await notice_queries.told_of(job.session, topic, job.message.subject_id, payload, at=job.message.created_at)
    for one in told:
        await notices.tell(
            job.session,
            message_id=job.message.id,
            accounts=one.accounts,
            case_id=job.message.subject_id,
            number=str(payload.get("number", "")),
            kind=topic,
            text=one.text,
            at=job.message.created_at,
        )
    occasion = rules.occasion_of(topic, str(payload.get("row") or ""), str(payload.get("from") or ""))
    if occasion:
        await _tell_petitioners(job, occasion)


async def _tell_petitioners(job: Job, occasion: Occasion) -> None:
    # A phone that stands in the case and in one merged into it is told once.
    if rules.too_late(occasion, job.message.created_at, job.at):
        return
    told: set[str] = set()
    subject = job.message.subject_id
    for case_id in (subject, *await notice_queries.merged_into(job.session, subject)):
        facts = await tracking_queries.notice_facts(job.session, case_id, job.base_url)
        if facts is None:
            continue
        words = {"sender": facts.centre, "number": facts.number, "link": facts.link}
        if case_id == subject:
            if occasion is Occasion.ANSWERED and facts.answered_at != job.message.created_at:
                return  # nothing was released: the centre reads it first, or it is released already, or taken back
            text = rules.text_of(occasion, **words, ask=_ask(job, occasion, facts), process=facts.process)
        else:
            text = rules.joined_text_of(occasion, **words, process=facts.process)
        for phone in (phone for phone in facts.phones if text and phone not in told):
            told.add(phone)
            await notices.write(job.session, occasion=occasion, case_id=case_id, phone=phone, text=text, at=job.at)


def _ask(job: Job, occasion: Occasion, facts: NoticeFacts) -> str:
    if occasion is Occasion.CLOSED:
        return rules.ask_to_rate(facts.rate_until)
    return rules.ask_of(facts.object_until, Status(job.message.payload["to"]))


async def send_code(job: Job) -> None:
    """Make the code that a phone asked for, and write its message."""
    made = await tracking.make_code(job.session, job.message.subject_id, at=job.at)
    if made is None:
        return
    text = rules.text_of(Occasion.CODE, sender=made.centre, number=made.number, code=made.code)
    await notices.write(
        job.session, occasion=Occasion.CODE, case_id=made.case_id, phone=made.phone, text=text, at=job.at
    )


HANDLERS: dict[str, Handler] = {
    tracking.CODE_ASKED: send_code,
    **dict.fromkeys((CASE + topic for topic in rules.TOPICS), pass_on),
}
"""Topics that somebody may hear of; every other topic is noted as done."""
