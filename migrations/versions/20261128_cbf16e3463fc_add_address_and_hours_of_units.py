"""Add address and hours of units."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "cbf16e3463fc"
down_revision: str | None = "8c1c6bac95f9"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("unit", sa.Column("address", sa.String(), server_default="", nullable=False))
    op.add_column("unit", sa.Column("hours", sa.String(), server_default="", nullable=False))
    op.alter_column("unit", "address", server_default=None)
    op.alter_column("unit", "hours", server_default=None)


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("unit", "hours")
    op.drop_column("unit", "address")
