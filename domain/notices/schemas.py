"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
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
class Told:
    """The accounts that a step tells one text."""

    accounts: tuple[UUID, ...]
    text: str
