"""audit."""

from __future__ import annotations

from collections.abc import Sequence

revision: str = "b4d000000002"
down_revision: str | None = "b4d000000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""


def downgrade() -> None:
    """Take this step back."""
