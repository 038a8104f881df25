"""Helpers to play the petitioner: the token of a case, and the code that a phone was sent."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Self

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from app.jobs import relay
from domain.kernel.models import OutboxMessage
from domain.notices import queries as notices
from domain.notices.models import Message, Occasion
from domain.tracking import operations, queries
from integrations.sms_outbox.adapter import OutboxProvider
from tests.support.county import County

BASE = "http://test.invalid"


async def token_of(session: AsyncSession, county: County, number: str) -> str:
    """Give the token in the QR code of a case."""
    url = await queries.tracking_url(session, county["center"], number, BASE)
    return url.rsplit("/", 1)[-1]


async def code_for(session: AsyncSession, *, token: str, phone: str, at: datetime, origin: str = "192.0.2.1") -> str:
    """Ask for a code and let the job make it; empty when none was made."""
    await operations.ask_code(session, token=token, phone=phone, origin=origin, at=at)
    query = (
        select(OutboxMessage)
        .where(col(OutboxMessage.topic) == operations.CODE_ASKED)
        .order_by(col(OutboxMessage.id).desc())
    )
    newest = (await session.scalars(query.limit(1))).one_or_none()
    made = await operations.make_code(session, newest.subject_id, at=at) if newest else None
    return made.code if made else ""


async def messages(session: AsyncSession, occasion: Occasion | None = None) -> list[tuple[str, str]]:
    """Give (phone, text) of the messages, oldest first."""
    rows = await session.scalars(select(Message).order_by(col(Message.id)))
    clear = [notices.opened(row) for row in rows if occasion is None or row.occasion is occasion]
    return [(message.phone, message.text) for message in clear]


def digits_in(text: str) -> str:
    """Read the code out of a message."""
    found = re.search(r"\d{6}", text)
    assert found
    return found.group()


async def relay_all(at: datetime) -> None:
    """Let the relay pass on whatever is due."""
    while await relay.relay_once(OutboxProvider(), base_url=BASE, at=at):
        pass


class Statements:
    """Count the statements an engine runs, by kind and table."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine.sync_engine
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        kind = statement.split(None, 1)[0].upper()
        table = re.search(r"(?:FROM|INTO|UPDATE)\s+(\w+)", statement)
        self.seen.append(f"{kind} {table.group(1) if table else ''}".strip())
