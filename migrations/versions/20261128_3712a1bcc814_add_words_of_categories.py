"""Add words of categories."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3712a1bcc814"
down_revision: str | None = "cbf16e3463fc"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "category_choice",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category", "folded"),
    )
    op.create_table(
        "category_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_category_word", "category_word", ["category", "folded"], unique=True)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_category_word", table_name="category_word")
    op.drop_table("category_word")
    op.drop_table("category_choice")
