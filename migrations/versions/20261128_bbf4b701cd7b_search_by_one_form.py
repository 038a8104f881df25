"""search by one form."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bbf4b701cd7b"
down_revision: str | None = "f382f2415757"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("case_file", sa.Column("folded", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("index_form", sa.SmallInteger(), server_default="0", nullable=False))
    # What was stored before is indexed by today's form beside the work, since names take the keys to open.
    for note, table in (("person.index", "person"), ("case.index", "case_file")):
        op.execute(
            sa.text(
                "INSERT INTO fengqiao_marker (name, value)"
                f" SELECT '{note}', 'pending' WHERE EXISTS (SELECT 1 FROM {table}) ON CONFLICT (name) DO NOTHING"  # noqa: S608
            )
        )


def downgrade() -> None:
    """Take this step back; names that were indexed meanwhile are found by their new form alone."""
    op.execute(sa.text("DELETE FROM fengqiao_marker WHERE name IN ('person.index', 'case.index')"))
    op.drop_column("person", "index_form")
    op.drop_column("case_file", "folded")
