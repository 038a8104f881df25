"""What every card reader driver has in common.

A driver is a blocking loop that runs in a thread of its own and tells what happens through `sink`.
It never sends the same placement of a card twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from device_bridge.protocol import CardFields, CardKind, ReaderInfo, ReaderState, ReaderStatus


@dataclass(frozen=True, slots=True)
class CardRead:
    """One card, read once. `read_at` is aware, in the time zone of the desk."""

    kind: CardKind
    fields: CardFields
    reader: ReaderInfo
    read_at: datetime


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The reader is doing better or worse than before; `message` is for the person at the desk."""

    status: ReaderStatus
    message: str


ReaderEvent = CardRead | StatusChange
Sink = Callable[[ReaderEvent], object]


class CardReader(Protocol):
    """A reader the service can run."""

    @property
    def state(self) -> ReaderState:
        """Give the reader as `hello` introduces it."""
        ...

    def run(self, sink: Sink, stop: threading.Event) -> None:
        """Read cards until `stop` is set, surviving every loss of the device."""
        ...
