"""A provider that carries nothing: the message is already stored, and the demo page shows it."""

from __future__ import annotations


class OutboxProvider:
    """This class will take every message and send it nowhere."""

    async def send(self, phone: str, text: str) -> None:
        """This function will take the message; it never refuses."""
