"""Keep pictures as given."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "47e0d1f907f2"
down_revision: str | None = "b4d000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("stored_file", sa.Column("original", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("stored_file", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.add_column("stored_file", sa.Column("key_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("stored_file", sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("stored_file", "original", server_default=None)
    op.alter_column("stored_file", "note", server_default=None)


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("stored_file", "sealed_at")
    op.drop_column("stored_file", "key_sealed")
    op.drop_column("stored_file", "note")
    op.drop_column("stored_file", "original")
