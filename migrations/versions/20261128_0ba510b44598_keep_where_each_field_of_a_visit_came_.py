"""Keep where each field of a visit came from."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0ba510b44598"
down_revision: str | None = "0e79c7e83bb2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("visit", sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("visit", "sources", server_default=None)


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("visit", "sources")
