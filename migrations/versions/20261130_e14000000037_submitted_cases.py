"""Find what was submitted, closed or rated within a period without reading every case."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "e14000000037"
down_revision: str | None = "d36000000036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index("ix_case_submitted", "case_file", ["submitted_at"])
    op.create_index("ix_case_rated_at", "case_file", ["rated_at"], postgresql_where="rated_at IS NOT NULL")


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_case_rated_at", "case_file")
    op.drop_index("ix_case_submitted", "case_file")
