"""The contract of a sign-in at another provider: it names a person of its own, never one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class NotProved(Exception):
    """The answer proves nobody: forged, replayed, expired, revoked, or meant for somebody else.

    The message is for the log: it must hold no personal data.
    """


class Unreachable(Exception):
    """The provider does not answer now; another try may succeed."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun.

    `redirect` is where the browser goes; else `challenge` is what a device beside it signs. `keep` is what the
    answer will be checked against: the caller keeps it secret and gives it back once.
    """

    keep: str = field(repr=False)
    redirect: str = field(default="", repr=False)
    challenge: str = field(default="", repr=False)


class SignOnProvider(Protocol):
    """A provider that proves who somebody is."""

    name: str
    label: str
    """The word on the button."""
    strong: bool
    """Whether the proof is cryptographic and bound to a device, and so counts as a second factor (等保 8.1.4.1 d)."""

    async def begin(self, back: str) -> Begun:
        """Begin a sign-in; `back` is our own address to which the browser returns.

        :raises Unreachable: the provider does not answer
        """
        ...

    async def finish(self, keep: str, back: str, answer: Mapping[str, str], *, at: datetime) -> str:
        """Check an answer and give the provider's lasting word for the person (its subject).

        :raises NotProved: the answer proves nobody
        :raises Unreachable: the provider does not answer
        """
        ...
