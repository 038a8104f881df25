"""What petitioners are told when their case moves: outbox topics to short messages.

Each handler runs in the transaction that marks its outbox message done, and writes to the
database alone: a crash leaves either both or neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Action
from domain.kernel.models import OutboxMessage
from domain.notices import operations as notices
from domain.notices.models import Occasion
from domain.notices.rules import text_of, too_late
from domain.tracking import operations as tracking
from domain.tracking import queries as tracking_queries


@dataclass(frozen=True, slots=True)
class Job:
    """This class will carry one outbox message to its handler."""

    session: AsyncSession
    message: OutboxMessage
    base_url: str
    at: datetime


Handler = Callable[[Job], Awaitable[None]]


def tell(occasion: Occasion) -> Handler:
    """This function will make the handler that tells the petitioners of a case."""

    async def handle(job: Job) -> None:
        if too_late(occasion, job.message.created_at, job.at):
            return
        facts = await tracking_queries.notice_facts(job.session, job.message.subject_id, job.base_url)
        if facts is None:
            return
        text = text_of(occasion, sender=facts.centre, number=facts.number, link=facts.link)
        for phone in facts.phones:
            await notices.write(
                job.session, occasion=occasion, case_id=facts.case_id, phone=phone, text=text, at=job.at
            )

    return handle


async def send_code(job: Job) -> None:
    """This function will make the code that a phone asked for, and write its message."""
    made = await tracking.make_code(job.session, job.message.subject_id, at=job.at)
    if made is None:
        return
    text = text_of(Occasion.CODE, sender=made.centre, number=made.number, code=made.code)
    await notices.write(
        job.session, occasion=Occasion.CODE, case_id=made.case_id, phone=made.phone, text=text, at=job.at
    )


def _topic(action: Action) -> str:
    return f"case.{action.value}"


HANDLERS: dict[str, Handler] = {
    tracking.CODE_ASKED: send_code,
    _topic(Action.SUBMIT): tell(Occasion.ACCEPTED),
    _topic(Action.ACCEPT): tell(Occasion.PROGRESS),
    _topic(Action.SUBMIT_RESULT): tell(Occasion.ANSWERED),
    _topic(Action.CITY_RESULT): tell(Occasion.ANSWERED),
    _topic(Action.CONFIRM): tell(Occasion.CLOSED),
    _topic(Action.CLOSE_DIRECTLY): tell(Occasion.CLOSED),
}
"""Topics that somebody outside hears of; every other topic is noted as done."""
