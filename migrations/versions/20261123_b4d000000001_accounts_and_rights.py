"""accounts and rights."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b4d000000001"
down_revision: str | None = "a1c700000003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
_STANDS = "sign_in_session_stands_for_fkey"


def upgrade() -> None:
    """Apply this step; accounts that are there keep their roles, which were granted by whoever made them."""
    op.create_table(
        "custom_role",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("acts_as", sa.String(length=40), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("reach", sa.String(length=40), nullable=False),
        sa.Column("field_level", sa.String(length=40), nullable=False),
        sa.Column("barred_actions", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("barred_places", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "account_unit",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("account_id", "unit_id"),
    )
    op.create_index(op.f("ix_account_unit_unit_id"), "account_unit", ["unit_id"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_delegation_from_id"), "delegation", ["from_id"], unique=False)
    op.create_index("ix_delegation_to", "delegation", ["to_id", "valid_until"], unique=False)
    op.add_column(
        "account", sa.Column("role_codes", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column(
        "account", sa.Column("proposed_roles", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column("account", sa.Column("rights", postgresql.ARRAY(sa.String()), nullable=True))
    op.add_column("account", sa.Column("field_level", sa.String(length=40), nullable=True))
    op.add_column("account", sa.Column("denied", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.add_column(
        "account", sa.Column("own_barred_actions", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column(
        "account", sa.Column("own_barred_places", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column("account", sa.Column("own_read_only", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column(
        "account", sa.Column("barred_actions", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column(
        "account", sa.Column("barred_places", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}")
    )
    op.add_column("account", sa.Column("read_only", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("account", sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("account", "unit_id", existing_type=sa.UUID(), nullable=True)
    op.add_column("sign_in_session", sa.Column("stands_for", sa.Uuid(), nullable=True))
    op.create_foreign_key(_STANDS, "sign_in_session", "account", ["stands_for"], ["id"])
    op.add_column("unit", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("account", "role_codes", server_default=None)
    op.alter_column("account", "proposed_roles", server_default=None)
    op.alter_column("account", "denied", server_default=None)
    op.alter_column("account", "own_barred_actions", server_default=None)
    op.alter_column("account", "own_barred_places", server_default=None)
    op.alter_column("account", "own_read_only", server_default=None)
    op.alter_column("account", "barred_actions", server_default=None)
    op.alter_column("account", "barred_places", server_default=None)
    op.alter_column("account", "read_only", server_default=None)
    op.execute(sa.text("UPDATE account SET granted_at = created_at, role_codes = roles"))


def downgrade() -> None:
    """Take this step back; accounts without a unit must be given one before."""
    op.drop_column("unit", "disabled_at")
    op.drop_constraint(_STANDS, "sign_in_session", type_="foreignkey")
    op.drop_column("sign_in_session", "stands_for")
    op.alter_column("account", "unit_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("account", "valid_until")
    op.drop_column("account", "granted_at")
    op.drop_column("account", "read_only")
    op.drop_column("account", "barred_places")
    op.drop_column("account", "barred_actions")
    op.drop_column("account", "own_read_only")
    op.drop_column("account", "own_barred_places")
    op.drop_column("account", "own_barred_actions")
    op.drop_column("account", "denied")
    op.drop_column("account", "field_level")
    op.drop_column("account", "rights")
    op.drop_column("account", "proposed_roles")
    op.drop_column("account", "role_codes")
    op.drop_index("ix_delegation_to", table_name="delegation")
    op.drop_index(op.f("ix_delegation_from_id"), table_name="delegation")
    op.drop_table("delegation")
    op.drop_index(op.f("ix_account_unit_unit_id"), table_name="account_unit")
    op.drop_table("account_unit")
    op.drop_table("custom_role")
