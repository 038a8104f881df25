"""Give the lines of the journal numbers from a sequence and places in a chain; every line there is keeps both."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c31000000031"
down_revision: str | None = "797e25d1db64"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.execute("CREATE SEQUENCE journal_ticket")
    op.execute("SELECT setval('journal_ticket', coalesce(max(seq), 0) + 1, false) FROM journal_entry")
    op.create_table(
        "journal_seal",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
    )
    # the rows before the keys: an index of a million rows is made faster than it grows
    op.execute("INSERT INTO journal_seal (place, seq, seal) SELECT seq, seq, seal FROM journal_entry ORDER BY seq")
    op.create_primary_key("journal_seal_pkey", "journal_seal", ["place"])
    op.create_unique_constraint("journal_seal_seq_key", "journal_seal", ["seq"])
    op.create_table(
        "journal_settled",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("one", name="journal_settled_one"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.execute("INSERT INTO journal_settled (one, seq, seal) SELECT true, coalesce(max(seq), 0), '' FROM journal_entry")
    op.execute(
        "CREATE TRIGGER journal_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
    op.execute(
        """
        CREATE FUNCTION journal_mark_only_rises() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.seq < OLD.seq THEN
                RAISE EXCEPTION 'the mark of the journal only rises';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER journal_settled_rises BEFORE UPDATE ON journal_settled "
        "FOR EACH ROW EXECUTE FUNCTION journal_mark_only_rises()"
    )
    op.execute(
        "CREATE TRIGGER journal_settled_stays BEFORE DELETE OR TRUNCATE ON journal_settled "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
    op.alter_column("journal_anchor", "seq", new_column_name="place")
    op.alter_column("audit_cursor", "seq", new_column_name="place")


def downgrade() -> None:
    """Take this step back; the verification of before knows no seal of a line that was written since."""
    op.alter_column("audit_cursor", "place", new_column_name="seq")
    op.alter_column("journal_anchor", "place", new_column_name="seq")
    op.drop_table("journal_settled")
    op.execute("DROP FUNCTION journal_mark_only_rises()")
    op.drop_table("journal_seal")
    op.execute("DROP SEQUENCE journal_ticket")
