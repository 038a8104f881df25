"""Keep notices that are read on screen."""

from __future__ import annotations

from collections.abc import Sequence

revision: str = "a1c700000003"
down_revision: str | None = "a1c700000002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
