"""personal data."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b4d000000004"
down_revision: str | None = "b4d000000003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "field_rule",
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("showing", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("role", "field", "purpose"),
    )
    op.create_table(
        "reveal_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reveal_count", "reveal_count", ["account_id", "at"], unique=False)
    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    in_force = sa.text("ended_at IS NULL")
    op.create_index("ix_retention_rule", "retention_rule", ["kind"], unique=True, postgresql_where=in_force)
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_legal_hold", "legal_hold", ["case_id"], unique=True, postgresql_where=in_force)
    op.create_table(
        "tombstone",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.add_column("visit", sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("person", "name_blind", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("person", sa.Column("phone_tail_blind", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("id_tail_blind", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_person_phone_tail_blind"), "person", ["phone_tail_blind"], unique=False)
    op.create_index(op.f("ix_person_id_tail_blind"), "person", ["id_tail_blind"], unique=False)
    # Whoever was declared before has no index of last four digits; it takes the keys to fill it, so the program does.
    op.execute(
        sa.text(
            "INSERT INTO fengqiao_marker (name, value)"
            " SELECT 'person.tails', 'pending' WHERE EXISTS (SELECT 1 FROM person) ON CONFLICT (name) DO NOTHING"
        )
    )


def downgrade() -> None:
    """Take this step back; persons that were made anonymous keep a blind index of nothing."""
    op.execute(sa.text("DELETE FROM fengqiao_marker WHERE name = 'person.tails'"))
    op.drop_index(op.f("ix_person_id_tail_blind"), table_name="person")
    op.drop_index(op.f("ix_person_phone_tail_blind"), table_name="person")
    op.drop_column("person", "id_tail_blind")
    op.drop_column("person", "phone_tail_blind")
    op.execute(sa.text("UPDATE person SET name_blind = 0 WHERE name_blind IS NULL"))
    op.alter_column("person", "name_blind", existing_type=sa.BigInteger(), nullable=False)
    op.drop_column("person", "anonymised_at")
    op.drop_column("visit", "informed_at")
    op.drop_table("tombstone")
    op.drop_index("ix_legal_hold", table_name="legal_hold")
    op.drop_table("legal_hold")
    op.drop_index("ix_retention_rule", table_name="retention_rule")
    op.drop_table("retention_rule")
    op.drop_index("ix_reveal_count", table_name="reveal_count")
    op.drop_table("reveal_count")
    op.drop_table("field_rule")
