"""Add risk labels."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e14000000038"
down_revision: str | None = "e14000000037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "risk_label",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_risk_label_case", "risk_label", ["case_id", "assessed_at"], unique=False)
    op.create_index("ix_risk_label_newest", "risk_label", ["case_id"], unique=True, postgresql_where=sa.text("newest"))
    op.create_index("ix_risk_label_once", "risk_label", ["batch", "case_id"], unique=True)
    op.create_index(
        "ix_risk_label_open",
        "risk_label",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("newest AND answered_at IS NULL"),
    )
    # what was received stays as it was; the answer, and that a newer label came, are written beside it
    received = "id, case_id, batch, level, reasons, assessed_at, model, model_version, received_at, received_by, due_at"
    op.execute(
        f"CREATE TRIGGER risk_label_as_received BEFORE UPDATE OF {received} OR DELETE OR TRUNCATE ON risk_label "
        "FOR EACH STATEMENT EXECUTE FUNCTION rows_only_grow()"
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index(
        "ix_risk_label_open", table_name="risk_label", postgresql_where=sa.text("newest AND answered_at IS NULL")
    )
    op.drop_index("ix_risk_label_once", table_name="risk_label")
    op.drop_index("ix_risk_label_newest", table_name="risk_label", postgresql_where=sa.text("newest"))
    op.drop_index("ix_risk_label_case", table_name="risk_label")
    op.drop_table("risk_label")
