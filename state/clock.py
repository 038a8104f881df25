"""The clock is read here and nowhere else; the domain is told the time as `at`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)
