"""Shapes that leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message in clear for the provider; it stays inside the server."""

    id: UUID
    phone: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message on the demo page; the phone is masked, the text is clear."""

    occasion: str
    phone: str
    text: str = field(repr=False)
    created_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message; to whom it went stands in the case."""

    occasion: str
    written_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Onlooker:
    """A member of staff who has a case open."""

    name: str
    unit: str

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as its reader sees it.

    :ivar more: the other notices of the same case, the newest first
    :ivar unread: whether anything of the case is unread
    """

    id: UUID
    number: str
    kind: str
    text: str
    at: datetime
    unread: bool
    more: tuple[NoticeView, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """What the outbox says of a case, as somebody may be told of it.

    :ivar topic: the topic without `case.`
    :ivar at: when it happened: a relay that comes late still tells the units that held the case then
    """

    topic: str
    case_id: UUID
    payload: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Bell:
    """One notice to be put before one account."""

    message_id: UUID
    account_id: UUID
    case_id: UUID | None
    number: str
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The accounts that a step tells one text."""

    accounts: tuple[UUID, ...]
    text: str
