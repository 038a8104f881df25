"""Add voided breaches."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "797e25d1db64"
down_revision: str | None = "14c8b4ec4708"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "breach_void",
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breach.id"]),
        sa.PrimaryKeyConstraint("breach_id"),
    )
    op.execute(
        "CREATE TRIGGER breach_void_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON breach_void "
        "FOR EACH STATEMENT EXECUTE FUNCTION rows_only_grow()"
    )
    op.add_column("breach", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_breach_once", table_name="breach")
    op.create_index("ix_breach_once", "breach", ["deadline_id", "level", "attempt"], unique=True)


def downgrade() -> None:
    """Take this step back; refused where a level was written again beside a voided breach."""
    op.drop_index("ix_breach_once", table_name="breach")
    op.create_index("ix_breach_once", "breach", ["deadline_id", "level"], unique=True)
    op.drop_column("breach", "attempt")
    op.drop_table("breach_void")
