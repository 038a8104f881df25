"""Add export jobs."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e14000000039"
down_revision: str | None = "e14000000038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "export_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("stands_for", sa.Uuid(), nullable=True),
        sa.Column("seen_as", sa.String(), nullable=False),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("filters", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_export_job_own", "export_job", ["account_id", "asked_at"], unique=False)
    op.create_index(
        "ix_export_job_due",
        "export_job",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_export_job_due", table_name="export_job")
    op.drop_index("ix_export_job_own", table_name="export_job")
    op.drop_table("export_job")
