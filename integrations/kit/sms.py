"""The contract of a short message provider."""

from __future__ import annotations

from typing import Protocol


class SmsProvider(Protocol):
    """Who carries short messages to phones."""

    async def send(self, phone: str, text: str) -> None:
        """Hand one message to the provider and return once it was taken.

        It may be called again for a message that was taken already, when the server died
        before it could note that. A provider must answer within some seconds.

        :raises Retry: not now (no connection, overload, an answer that cannot be read)
        :raises Rejected: never (a number that does not exist, a text that is not allowed)
        """
        ...
