"""Keep limits as data with history, unit calendars, and breaches."""

from __future__ import annotations

from collections.abc import Sequence

revision: str = "a1c700000001"
down_revision: str | None = "7c2f4e90ab13"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
