"""Let a request for a code stand without a case, so that an unknown link leaves the trace a known one leaves."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "7c2f4e90ab13"
down_revision: str | None = "5d1c0a7e9b42"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.alter_column("one_time_code", "case_id", nullable=True)
