"""Add what the petitioner reads of a result, and the answer to it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5e000000025"
down_revision: str | None = "47e0d1f907f2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step; results from before were not written for the petitioner: the centre may publish them."""
    op.add_column("case_file", sa.Column("answer", sa.String(), nullable=False, server_default=""))
    op.add_column("case_file", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("object_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("show_pictures", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("case_file", sa.Column("agrees", sa.Boolean(), nullable=True))
    op.add_column("case_file", sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("case_file", "answer", server_default=None)
    op.alter_column("case_file", "show_pictures", server_default=None)


def downgrade() -> None:
    """Take this step back."""
    for name in ("responded_at", "agrees", "show_pictures", "object_until", "answered_at", "answer"):
        op.drop_column("case_file", name)
