"""Add presets and chosen columns of lists, and index what lists of cases are narrowed by since."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e14000000042"
down_revision: str | None = "e14000000040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "list_preset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_list_preset_own", "list_preset", ["account_id", "place", "position"], unique=False)
    op.create_index(
        "ix_list_preset_shared", "list_preset", ["unit_id", "place"], unique=False, postgresql_where=sa.text("shared")
    )
    op.create_index(
        "ix_list_preset_first", "list_preset", ["account_id", "place"], unique=True, postgresql_where=sa.text("first")
    )
    op.create_table(
        "list_columns",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("columns", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id", "place"),
    )
    op.create_index("ix_case_file_source", "case_file", ["source"], unique=False)
    op.create_index("ix_case_file_occurred_at", "case_file", ["occurred_at"], unique=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_case_file_occurred_at", table_name="case_file")
    op.drop_index("ix_case_file_source", table_name="case_file")
    op.drop_table("list_columns")
    op.drop_index("ix_list_preset_first", table_name="list_preset", postgresql_where=sa.text("first"))
    op.drop_index("ix_list_preset_shared", table_name="list_preset", postgresql_where=sa.text("shared"))
    op.drop_index("ix_list_preset_own", table_name="list_preset")
    op.drop_table("list_preset")
