"""The one error that ends a start."""

from __future__ import annotations


class CannotStart(Exception):
    """The product cannot start; `message` tells the person at the terminal why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
