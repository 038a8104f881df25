"""Keep anchors of the journal, alarms, and how far the journal was looked through."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b4d000000002"
down_revision: str | None = "b4d000000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "journal_anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "audit_alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("window_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_alarm_once", "audit_alarm", ["kind", "account_id", "window_at"], unique=True)
    op.create_index("ix_audit_alarm_open", "audit_alarm", ["at"], postgresql_where=sa.text("seen_at IS NULL"))
    op.create_table(
        "audit_cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("verified_lines", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_journal_actor", "journal_entry", ["actor_id", "seq"])
    op.create_index("ix_journal_at", "journal_entry", ["at"], postgresql_using="brin")
    op.execute(
        sa.text(
            "CREATE TRIGGER anchor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_anchor "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        )
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_journal_at", table_name="journal_entry")
    op.drop_index("ix_journal_actor", table_name="journal_entry")
    op.drop_table("audit_cursor")
    op.drop_table("audit_alarm")
    op.drop_table("journal_anchor")
