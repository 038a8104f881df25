"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.cases.process import STANDARD, Process
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcome of entering a code: a session secret, or the refusal to show after the commit.

    A refusal is a value here, because the counted failure must be committed with it.
    """

    secret: str = field(default="", repr=False)
    expires_at: datetime | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """A fresh code and where it goes; it stays inside the server."""

    case_id: UUID
    number: str
    centre: str
    phone: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a message to the petitioners of a case needs; it stays inside the server."""

    case_id: UUID
    number: str
    centre: str
    link: str = field(repr=False)
    answered_at: datetime | None
    object_until: datetime | None
    rate_until: datetime | None
    phones: tuple[str, ...] = field(repr=False)
    process: Process = STANDARD


@dataclass(frozen=True, slots=True)
class Contact:
    """How the public reaches the centre; what the county has not set is empty."""

    name: str = ""
    phone: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step of the way: `state` is done, now or todo."""

    label: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class PublicView:
    """What a petitioner sees of the own case: its way in states and units, and the released answer; no opinions."""

    number: str
    title: str
    category: str
    headline: str
    sentence: str
    expected: str
    steps: tuple[PublicStep, ...]
    centre: str
    phone: str
    answer: str
    answered: str
    pictures: tuple[UUID, ...]
    object_until: str
    may_respond: bool
    response: str
    may_rate: bool
    rate_until: str
    rating: str
    contact: Contact = Contact()
    expected_line: str = ""
    """When the case is expected to be done, where the sentence does not say it."""
    rate_word: str = "评价"
    """What this case's process calls a rating."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What the acceptance slip says; the petitioner is masked.

    :ivar url: of the QR code; empty where petitioners cannot open their case online
    """

    centre: str
    phone: str
    number: str
    petitioner: str
    title: str
    category: str
    area: str
    source: str
    accepted_at: datetime
    promise: str
    expected: str
    contact: Contact
    url: str = field(repr=False)
    rate_word: str = "评价"
