"""What people are told when a case moves: outbox topics to notices on screen and short messages.

Each handler runs in the transaction that marks its outbox message done, and writes to the
database alone: a crash leaves either both or neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Status
from domain.exports import operations as exports
from domain.exports.models import State
from domain.kernel.models import OutboxMessage
from domain.notices import operations as notices
from domain.notices import queries as notice_queries
from domain.notices import rules
from domain.notices.models import Occasion
from domain.notices.rules import EXPORT
from domain.notices.schemas import Bell, Happened
from domain.tracking import operations as tracking
from domain.tracking import queries as tracking_queries
from domain.tracking.schemas import NoticeFacts

CASE = "case."
"""What the topics of cases begin with."""


@dataclass(frozen=True, slots=True)
class Job:
    """Carry outbox messages of one kind of topic to their handler, which reads once for all of them."""

    session: AsyncSession
    messages: Sequence[OutboxMessage]
    base_url: str
    at: datetime


Handler = Callable[[Job], Awaitable[None]]


async def pass_on(job: Job) -> None:
    """Tell whoever hears of what happened to cases: on screen, and the petitioners by message."""
    happened = [Happened(_topic(one), one.subject_id, one.payload, one.created_at) for one in job.messages]
    told = await notice_queries.told_of(job.session, happened)
    bells = [
        Bell(
            message_id=message.id,
            account_id=account_id,
            case_id=message.subject_id,
            number=str(message.payload.get("number", "")),
            kind=_topic(message),
            text=one.text,
            at=message.created_at,
        )
        for message, groups in zip(job.messages, told, strict=True)
        for one in groups
        for account_id in one.accounts
    ]
    await notices.tell(job.session, bells)
    await _tell_petitioners(job)


def _topic(message: OutboxMessage) -> str:
    return message.topic.removeprefix(CASE)


def _occasion(message: OutboxMessage, at: datetime) -> Occasion | None:
    payload = message.payload
    found = rules.occasion_of(_topic(message), str(payload.get("row") or ""), str(payload.get("from") or ""))
    return None if found is None or rules.too_late(found, message.created_at, at) else found


async def _tell_petitioners(job: Job) -> None:
    wanted = [(one, occasion) for one in job.messages if (occasion := _occasion(one, job.at))]
    if not wanted:
        return
    subjects = {message.subject_id for message, _ in wanted}
    merged = await notice_queries.merged_into(job.session, subjects)
    cases = subjects.union(*merged.values())
    facts = await tracking_queries.notice_facts(job.session, cases, job.base_url)
    for message, occasion in wanted:
        around = (message.subject_id, *merged.get(message.subject_id, ()))
        _tell_around(job, message, occasion, [facts[one] for one in around if one in facts])


def _tell_around(job: Job, message: OutboxMessage, occasion: Occasion, around: Sequence[NoticeFacts]) -> None:
    # A phone that stands in the case and in one merged into it is told once.
    told: set[str] = set()
    for facts in around:
        words = {"sender": facts.centre, "number": facts.number, "link": facts.link}
        if facts.case_id == message.subject_id:
            if occasion is Occasion.ANSWERED and facts.answered_at != message.created_at:
                return  # nothing was released: the centre reads it first, or it is released already, or taken back
            text = rules.text_of(occasion, **words, ask=_ask(message, occasion, facts), process=facts.process)
        else:
            text = rules.joined_text_of(occasion, **words, process=facts.process)
        for phone in (phone for phone in facts.phones if text and phone not in told):
            told.add(phone)
            notices.write(job.session, occasion=occasion, case_id=facts.case_id, phone=phone, text=text, at=job.at)


def _ask(message: OutboxMessage, occasion: Occasion, facts: NoticeFacts) -> str:
    if occasion is Occasion.CLOSED:
        return rules.ask_to_rate(facts.rate_until)
    return rules.ask_of(facts.object_until, Status(message.payload["to"]))


async def send_code(job: Job) -> None:
    """Make the codes that phones asked for, and write their messages."""
    for message in job.messages:
        made = await tracking.make_code(job.session, message.subject_id, at=job.at)
        if made is None:
            continue
        text = rules.text_of(Occasion.CODE, sender=made.centre, number=made.number, code=made.code)
        notices.write(job.session, occasion=Occasion.CODE, case_id=made.case_id, phone=made.phone, text=text, at=job.at)


async def tell_of_exports(job: Job) -> None:
    """Tell people what became of their exports."""
    bells = [
        Bell(one.id, UUID(str(one.payload["account"])), None, "", EXPORT, _of_export(one.payload), one.created_at)
        for one in job.messages
    ]
    await notices.tell(job.session, bells)


def _of_export(said: Mapping[str, Any]) -> str:
    if said["state"] == State.DONE:
        return f"导出完成：案件台账 {said['rows']:,} 行，请在 24 小时内到“导出记录”下载"
    return "导出中断：案件台账没有导出完，原因见“导出记录”"


HANDLERS: dict[str, Handler] = {
    exports.ENDED: tell_of_exports,
    tracking.CODE_ASKED: send_code,
    **dict.fromkeys((CASE + topic for topic in rules.TOPICS), pass_on),
}
"""Topics that somebody may hear of; every other topic is noted as done."""
