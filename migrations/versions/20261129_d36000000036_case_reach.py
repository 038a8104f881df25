"""Keep, for each unit that a case was dispatched or copied to, what the unit's lists are ordered by."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d36000000036"
down_revision: str | None = "c31000000031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "case_reach",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    )
    # the rows before the keys: an index of a million rows is made faster than it grows
    op.execute(
        """
        INSERT INTO case_reach (unit_id, case_id, status, urgent, due_at)
        SELECT had.unit_id, one.id, one.status, one.urgent, one.due_at
        FROM (SELECT unit_id, case_id FROM assignment UNION SELECT unit_id, case_id FROM case_copy) AS had
        JOIN case_file AS one ON one.id = had.case_id
        """
    )
    op.create_primary_key("case_reach_pkey", "case_reach", ["unit_id", "case_id"])
    op.create_foreign_key("case_reach_case_id_fkey", "case_reach", "case_file", ["case_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_case_reach_case_id", "case_reach", ["case_id"])
    op.create_index(
        "ix_case_reach_list",
        "case_reach",
        ["unit_id", "status", "due_at", sa.literal_column("urgent DESC"), sa.literal_column("case_id DESC")],
    )
    op.create_index("ix_assignment_dispatched", "assignment", ["dispatched_at"])
    _keep()


def _keep() -> None:
    op.execute(
        """
        CREATE FUNCTION case_comes_within_reach() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO case_reach (unit_id, case_id, status, urgent, due_at)
            SELECT NEW.unit_id, one.id, one.status, one.urgent, one.due_at FROM case_file AS one
            WHERE one.id = NEW.case_id
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$
        """
    )
    # after the whole statement: what wrote the case beside the assignment is seen
    for table in ("assignment", "case_copy"):
        op.execute(
            f"CREATE TRIGGER {table}_within_reach AFTER INSERT OR UPDATE OF unit_id, case_id ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION case_comes_within_reach()"
        )
    op.execute(
        """
        CREATE FUNCTION case_stands_within_reach() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE case_reach SET status = NEW.status, urgent = NEW.urgent, due_at = NEW.due_at
            WHERE case_id = NEW.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER case_file_within_reach AFTER UPDATE OF status, urgent, due_at ON case_file FOR EACH ROW
        WHEN ((OLD.status, OLD.urgent, OLD.due_at) IS DISTINCT FROM (NEW.status, NEW.urgent, NEW.due_at))
        EXECUTE FUNCTION case_stands_within_reach()
        """
    )


def downgrade() -> None:
    """Take this step back."""
    op.execute("DROP TRIGGER case_file_within_reach ON case_file")
    for table in ("assignment", "case_copy"):
        op.execute(f"DROP TRIGGER {table}_within_reach ON {table}")
    op.execute("DROP FUNCTION case_stands_within_reach()")
    op.execute("DROP FUNCTION case_comes_within_reach()")
    op.drop_index("ix_assignment_dispatched", "assignment")
    op.drop_table("case_reach")
