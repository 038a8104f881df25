"""Keep notices that are read on screen, and who has a case open."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a1c700000003"
down_revision: str | None = "a1c700000002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_newest", "notice", ["account_id", "at", "id"], unique=False)
    op.create_index("ix_notice_once", "notice", ["message_id", "account_id"], unique=True)
    op.create_index(
        "ix_notice_unread", "notice", ["account_id"], unique=False, postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_table(
        "case_presence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "client"),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_case_presence_seen_at"), "case_presence", ["seen_at"], unique=False)
