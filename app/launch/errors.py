"""The one error that ends a start."""

from __future__ import annotations


class CannotStart(Exception):
    """The product cannot start; `message` tells the person at the terminal why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Stopped(BaseException):
    """Somebody asked the process to end; not an error, so nothing catches it but the way out."""


class Unfinished(Exception):
    """Some of a command's work failed; the message is for the operator."""
