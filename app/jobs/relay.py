"""The relay: outbox → notices and messages → provider. At least once, nothing lost.

A pass takes what is due under row locks that other processes skip. What outbox messages
cause is read and written together, in the transaction that marks them done; short messages are
marked sent after the provider took them, a few in a transaction: a process that dies in
between leaves those few due, and they are sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from app import causes
from app.jobs import failures
from app.jobs.notices import HANDLERS, Handler, Job
from app.jobs.providers import provider
from app.jobs.witness import Watch
from app.public.links import base_url
from app.settings import Settings, load
from app.tasks import stopped
from domain.kernel import outbox
from domain.kernel.crypto import CannotOpen
from domain.kernel.models import OutboxMessage
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import operations as notices
from domain.notices import queries as notice_queries
from domain.notices.models import Message
from domain.notices.rules import too_late
from domain.notices.schemas import Dispatch
from integrations.kit.contract import Rejected, Retry
from integrations.kit.sms import SmsProvider
from state.clock import now

BATCH = 200
AT_ONCE = 10
"""Messages that are with the provider at the same time."""
PAUSE = 0.5
"""Seconds between two looks: a code goes out within about a second."""
SEND_SECONDS = 20
"""A provider that takes longer is taken for one that does not answer."""

UNSENT = "短信发送"

_log = structlog.get_logger(__name__)


async def run_relay(
    stop: asyncio.Event,
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = now,
    watch: Watch | None = None,
) -> None:
    """Pass on what is due until told to stop; a failed pass is logged and tried again.

    While the watch doubts the machine's clock everything waits: the next try would be dated by it.

    :raises CannotStart: SMS_PROVIDER names no provider, or the demo's outside the demo
    """
    settings = settings or load()
    sms, link = provider(settings), base_url(settings)
    while not stop.is_set():
        try:
            busy = (watch is None or watch.believed()) and await relay_once(sms, base_url=link, at=clock(), stop=stop)
        except Exception:  # noqa: BLE001 - the database may be away for a while; the relay must outlive it
            causes.log("relay.pass_failed")
            busy = False
        if not busy:
            await stopped(stop, PAUSE)


async def relay_once(
    sms: SmsProvider | None, *, base_url: str, at: datetime, stop: asyncio.Event | None = None
) -> bool:
    """Make one pass and tell whether there may be more to do at once."""
    handled = await pass_outbox(base_url=base_url, at=at)
    sent = await send_messages(sms, at=at, stop=stop) if sms else 0
    return BATCH in {handled, sent}


async def pass_outbox(*, base_url: str, at: datetime) -> int:
    """Handle up to `BATCH` outbox messages and answer how many were taken."""
    async with unit_of_work() as session:
        due = await outbox.take_due(session, at=at, limit=BATCH)
        kinds: dict[Handler | None, list[OutboxMessage]] = {}
        for message in due:
            kinds.setdefault(HANDLERS.get(message.topic), []).append(message)
        for handler, messages in kinds.items():
            await _handle(handler, Job(session, messages, base_url, at))
    return len(due)


async def _handle(handler: Handler | None, job: Job) -> None:
    # A handler that fails loses its own writes alone, they stand behind a savepoint; then each message goes by itself.
    try:
        if handler:
            async with job.session.begin_nested():
                await handler(job)
    except Exception as error:  # noqa: BLE001 - whatever it was is noted, and the message is tried again
        if len(job.messages) > 1:
            for message in job.messages:
                await _handle(handler, replace(job, messages=[message]))
            return
        (message,) = job.messages
        failures.note("relay.handler_failed", "消息处理", topic=message.topic, message_id=str(message.id))
        outbox.mark_retry(message, type(error).__name__, at=job.at)
    else:
        for message in job.messages:
            outbox.mark_done(message, at=job.at)


async def send_messages(sms: SmsProvider, *, at: datetime, stop: asyncio.Event | None = None) -> int:
    """Send up to `BATCH` messages, a few in each transaction, and answer how many were taken."""
    taken = 0
    while taken < BATCH and not (stop and stop.is_set()) and (few := await send_few(sms, at=at)):
        taken += few
    return taken


async def send_few(sms: SmsProvider, *, at: datetime) -> int:
    """Send the messages that are due longest, each phone's one after the other; answer how many there were.

    They are marked together: of a process that dies in between these few alone go out again.
    """
    async with unit_of_work() as session:
        due = await notices.take_due(session, at=at, limit=AT_ONCE)
        phones: dict[str, list[tuple[Message, Dispatch]]] = {}
        for message in due:
            if clear := _clear(message, at):
                phones.setdefault(clear.phone, []).append((message, clear))
        async with asyncio.TaskGroup() as group:
            for messages in phones.values():
                group.create_task(_send_in_turn(sms, messages, at))
    return len(due)


async def _send_in_turn(sms: SmsProvider, messages: list[tuple[Message, Dispatch]], at: datetime) -> None:
    for message, clear in messages:
        await _send(sms, message, clear, at)


def _clear(message: Message, at: datetime) -> Dispatch | None:
    # What cannot go any more is marked so.
    if too_late(message.occasion, message.created_at, at):
        notices.mark_failed(message, "too late", at=at)
        return None
    try:
        return notice_queries.opened(message)
    except CannotOpen:
        # it would stand before all others for ever
        _log.warning("sealed.unreadable", place="message", row=str(message.id))
        _failed(message, "does not open", at)
        return None


async def _send(sms: SmsProvider, message: Message, clear: Dispatch, at: datetime) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await sms.send(clear.phone, clear.text)
    except Rejected as error:
        _failed(message, str(error), at)
    except (Retry, TimeoutError) as error:
        failures.count(UNSENT)
        notices.mark_retry(message, str(error) or type(error).__name__, at=at)
    else:
        notices.mark_sent(message, at=at)


def _failed(message: Message, error: str, at: datetime) -> None:
    failures.count(UNSENT)
    notices.mark_failed(message, error, at=at)
