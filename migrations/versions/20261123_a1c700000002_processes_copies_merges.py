"""Keep process versions, copies, merges and what cases need for the later rows."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a1c700000002"
down_revision: str | None = "a1c700000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.drop_index("ix_case_status_due", table_name="case_file")
    order = ["status", "due_at", sa.text("urgent DESC"), sa.text("id DESC")]
    op.create_index("ix_case_status_due", "case_file", order)
    closed = sa.text("closed_at IS NOT NULL")
    op.create_index("ix_case_closed", "case_file", ["closed_at"], postgresql_where=closed)
    op.create_index("ix_assignment_unit_case", "assignment", ["unit_id", "case_id"])
    op.create_table(
        "list_order",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("statuses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "process_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("categories", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tweaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_process_version", "process_version", ["code", "version"], unique=True)
    op.create_table(
        "case_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_case_copy_case_id"), "case_copy", ["case_id"], unique=False)
    op.create_index("ix_case_copy_unit", "case_copy", ["unit_id", "case_id"], unique=True)
    op.add_column("assignment", sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignment", sa.Column("waived_by", sa.Uuid(), nullable=True))
    op.add_column("assignment", sa.Column("return_agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("supervision_link", sa.String(length=40), nullable=True))
    op.add_column("case_file", sa.Column("supervision_auto", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("case_file", "supervision_auto", server_default=None)
    op.add_column("case_file", sa.Column("sent_back_by", sa.Uuid(), nullable=True))
    op.add_column("case_file", sa.Column("typical_text", sa.String(), nullable=False, server_default=""))
    op.alter_column("case_file", "typical_text", server_default=None)
    op.add_column("case_file", sa.Column("city_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("city_target", sa.String(), nullable=False, server_default=""))
    op.alter_column("case_file", "city_target", server_default=None)
    op.add_column("case_file", sa.Column("process_id", sa.Uuid(), nullable=True))
    op.add_column("case_file", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("case_file", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("case_file", sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_file", sa.Column("appeal_ruling", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_case_file_merged_into_id"), "case_file", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_case_file_parent_id"), "case_file", ["parent_id"], unique=False)
    op.create_foreign_key("fk_case_process_id", "case_file", "process_version", ["process_id"], ["id"])
    op.create_foreign_key("fk_case_parent_id", "case_file", "case_file", ["parent_id"], ["id"])
    op.create_foreign_key("fk_case_merged_into_id", "case_file", "case_file", ["merged_into_id"], ["id"])
