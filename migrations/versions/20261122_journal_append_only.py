"""Let the journal only grow: the database itself refuses to change or delete a line."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "5d1c0a7e9b42"
down_revision: str | None = "267f0695b431"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.execute(
        """
        CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the journal only grows';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
        """
    )


def downgrade() -> None:
    """Take this step back."""
    op.execute("DROP TRIGGER journal_append_only ON journal_entry")
    op.execute("DROP FUNCTION journal_is_append_only()")
