"""Add the call back after a bad rating, and the comment of a rating entered for a petitioner."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5e000000026"
down_revision: str | None = "bbf4b701cd7b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("case_file", sa.Column("unit_rating_comment", sa.String(), nullable=False, server_default=""))
    op.add_column("case_file", sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("call_outcome", sa.String(length=40), nullable=True))
    op.alter_column("case_file", "unit_rating_comment", server_default=None)


def downgrade() -> None:
    """Take this step back."""
    for name in ("call_outcome", "called_at", "unit_rating_comment"):
        op.drop_column("case_file", name)
