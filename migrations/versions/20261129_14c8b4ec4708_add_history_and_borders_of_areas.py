"""Add history and borders of areas; a border of one ring becomes a shape."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "14c8b4ec4708"
down_revision: str | None = "eb0605985062"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "area_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "shape", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("into_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"]),
        sa.ForeignKeyConstraint(["into_id"], ["area.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_area_change_area_id", "area_change", ["area_id"])
    op.create_index("ix_area_change_code", "area_change", ["code"])
    op.add_column(
        "area",
        sa.Column(
            "shape", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("area", sa.Column("datum", sa.String(length=40), nullable=True))
    op.add_column("area", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("area", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE area SET shape = jsonb_build_array(jsonb_build_array(polygon)), datum = 'wgs84' "
        "WHERE jsonb_array_length(polygon) > 0"
    )
    op.alter_column("area", "center_lng", existing_type=sa.Float(), nullable=True)
    op.alter_column("area", "center_lat", existing_type=sa.Float(), nullable=True)
    op.create_foreign_key("area_successor_id_fkey", "area", "area", ["successor_id"], ["id"])
    op.drop_column("area", "polygon")


def downgrade() -> None:
    """Take this step back; of a shape its first ring stays."""
    op.add_column(
        "area",
        sa.Column(
            "polygon", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.execute("UPDATE area SET polygon = coalesce(shape -> 0 -> 0, '[]'::jsonb)")
    op.execute("UPDATE area SET center_lng = coalesce(center_lng, 0), center_lat = coalesce(center_lat, 0)")
    op.alter_column("area", "polygon", server_default=None)
    op.alter_column("area", "center_lat", existing_type=sa.Float(), nullable=False)
    op.alter_column("area", "center_lng", existing_type=sa.Float(), nullable=False)
    op.drop_constraint("area_successor_id_fkey", "area", type_="foreignkey")
    for name in ("successor_id", "ended_on", "datum", "shape"):
        op.drop_column("area", name)
    op.drop_table("area_change")
