"""Add morning briefs, and the way to the breaches of a period."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e14000000040"
down_revision: str | None = "e14000000039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "brief",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("readers", sa.String(), nullable=False),
        sa.Column("brief_date", sa.Date(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_brief_once", "brief", ["readers", "brief_date"], unique=True)
    op.create_index("ix_breach_due", "breach", ["due_at"], unique=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_breach_due", table_name="breach")
    op.drop_index("ix_brief_once", table_name="brief")
    op.drop_table("brief")
