"""A provider that carries nothing: the message is already stored, and the demo page shows it."""

from __future__ import annotations


class OutboxProvider:
    """Take every message and send it nowhere."""

    async def send(self, phone: str, text: str) -> None:
        """Take the message; it never refuses."""
